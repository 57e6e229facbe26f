"""The REST client: `client.api.Client` for scripts and notebooks, `client.worker_api.WorkerApi` for workers."""
