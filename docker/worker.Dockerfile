# One worker slot with torch, without SQL. Build it from the root of the repository:
#   docker build -f docker/worker.Dockerfile -t gsl-lab-worker .
FROM python:3.11-slim AS wheel
WORKDIR /source
COPY . .
# A worker serves no page, which a wheel must have.
RUN mkdir -p frontend/dist && touch frontend/dist/index.html \
    && pip wheel --no-cache-dir --no-deps --wheel-dir /wheel .

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 GSL_WORKER_DIR=/data
# Procgen loads these libraries.
RUN apt-get update && apt-get install -y --no-install-recommends libegl1 libgl1 libgl1-mesa-dri libglib2.0-0 && rm -rf /var/lib/apt/lists/*
# A separate layer, because it is the largest package and changes least.
ARG TORCH=torch==2.13.0
RUN pip install --no-cache-dir "$TORCH"
COPY constraints.txt /
COPY --from=wheel /wheel /wheel
RUN pip install --no-cache-dir -c /constraints.txt "$(ls /wheel/*.whl)[worker]"
RUN useradd --uid 1000 gsl && mkdir /data && chown gsl /data
USER gsl
WORKDIR /data
VOLUME /data
CMD ["python", "-m", "gsl.worker"]
