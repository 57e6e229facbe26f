# The API with the built page, without torch. Build it from the root of the repository:
#   docker build -f docker/api.Dockerfile -t gsl-lab-api .
FROM node:24-slim AS page
WORKDIR /page
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci
COPY frontend/ ./
RUN npm run build

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONPATH=/app GSL_DATA_DIR=/data GSL_HOST=0.0.0.0 PORT=8000
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN pip install --no-cache-dir -c constraints.txt ".[api]"
COPY gsl/ gsl/
COPY client/ client/
COPY cli/ cli/
COPY backend/ backend/
COPY alembic/ alembic/
COPY alembic.ini ./
COPY --from=page /page/dist frontend/dist
RUN useradd --uid 1000 gsl && mkdir /data && chown gsl /data
USER gsl
VOLUME /data
EXPOSE 8000
CMD ["uvicorn", "backend.app:create_app", "--factory", "--host", "0.0.0.0", "--port", "8000", \
     "--http", "backend.http.header_limit:HeaderLimit", "--no-access-log", "--timeout-graceful-shutdown", "5", \
     "--timeout-worker-healthcheck", "30"]
