"""Prints the API's OpenAPI document; the page's TypeScript types are made from it."""

import json

from backend.app import create_app

if __name__ == "__main__":
    print(json.dumps(create_app().openapi(), indent=1, sort_keys=True))
