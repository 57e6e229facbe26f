"""What every answer of the API is to a script: frozen, and newer servers may say more, which is passed over."""

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
