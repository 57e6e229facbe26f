# The API with the built page, without torch. Build it from the root of the repository:
#   docker build -f docker/api.Dockerfile -t gsl-lab-api .
FROM node:24-slim AS page
WORKDIR /page
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci
COPY frontend/ ./
RUN npm run build

FROM python:3.11-slim AS wheel
WORKDIR /source
COPY . .
COPY --from=page /page/dist frontend/dist
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheel .

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 GSL_DATA_DIR=/data GSL_HOST=0.0.0.0 PORT=8000
COPY constraints.txt /
COPY --from=wheel /wheel /wheel
# pg_dump and pg_restore, for backups, of the version of docker-compose's PostgreSQL. Debian's own are older.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends postgresql-client-18 && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir -c /constraints.txt "$(ls /wheel/*.whl)[api,s3,tensorboard]"
RUN useradd --uid 1000 gsl && mkdir /data /backups && chown gsl /data /backups
USER gsl
WORKDIR /data
VOLUME /data
EXPOSE 8000
CMD ["uvicorn", "gsl.backend.app:create_app", "--factory", "--host", "0.0.0.0", "--port", "8000", \
     "--http", "gsl.backend.http.header_limit:HeaderLimit", "--no-access-log", "--timeout-graceful-shutdown", "5", \
     "--timeout-worker-healthcheck", "30"]
