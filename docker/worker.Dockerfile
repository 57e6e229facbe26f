# One worker slot with torch, without SQL. Build it from the root of the repository:
#   docker build -f docker/worker.Dockerfile -t gsl-lab-worker .
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONPATH=/app GSL_WORKER_DIR=/data
WORKDIR /app
# Procgen loads these libraries.
RUN apt-get update && apt-get install -y --no-install-recommends libgl1 libglib2.0-0 && rm -rf /var/lib/apt/lists/*
# A separate layer, because it is the largest package and changes least.
ARG TORCH=torch==2.13.0
RUN pip install --no-cache-dir "$TORCH"
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN pip install --no-cache-dir -c constraints.txt ".[worker]"
COPY gsl/ gsl/
COPY client/ client/
COPY cli/ cli/
COPY worker/ worker/
RUN useradd --uid 1000 gsl && mkdir /data && chown gsl /data
USER gsl
VOLUME /data
CMD ["python", "-m", "worker"]
