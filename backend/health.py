"""Whether database and broker answer, said in words."""

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from backend.db.engine import Database
from backend.events import redis_client
from backend.store import run_progress


def database_state(database: Database) -> str:
    try:
        with database.read() as session:
            session.connection().execute(text("SELECT 1 FROM run LIMIT 1"))
    except SQLAlchemyError as error:
        return f"away: {str(getattr(error, 'orig', None) or error).splitlines()[0]}; every request tries it anew"
    return "ok"


def broker_state(redis_url: str) -> str:
    if not redis_url:
        return "none is configured: set REDIS_URL, or start with `make up`"
    client = redis_client(redis_url)
    try:
        client.ping()
    except redis.RedisError as error:
        return f"away: {error}; queued jobs are announced again once it is back"
    finally:
        client.close()
    return "ok"


def live_workers(database: Database) -> int:
    with database.read() as session:
        return len(run_progress.live_workers(session))
