"""The yardstick's server: a FastAPI route that reads the body and answers."""

import sys

import uvicorn
from fastapi import FastAPI, Request, Response

application = FastAPI()


@application.post("/bare")
async def bare(request: Request) -> Response:
    await request.body()
    return Response(status_code=200)


if __name__ == "__main__":
    uvicorn.run(application, host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False, server_header=False)
