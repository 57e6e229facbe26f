"""The REST client: `gsl.client.api.Client` for scripts and notebooks, `gsl.client.worker_api.WorkerApi` for workers."""
