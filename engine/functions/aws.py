"""Functions that stay what they are: Lambda functions in AWS, called with botocore in threads."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from config.functions import Function
from engine.functions.answer import FunctionFailed, check_size
from engine.functions.endpoint import TRIES
from engine.functions.worker import MAX_ANSWER

MAX_THREADS = 16


class Aws:
    """Credentials come from where every AWS client has them from."""

    def __init__(self) -> None:
        self._session = botocore.session.get_session()
        self._threads = ThreadPoolExecutor(MAX_THREADS, "lambda")
        self._clients: dict[tuple[str, int], Any] = {}

    async def run(self, function: Function, event: bytes, seconds: float) -> bytes:
        """The caller keeps the time; the thread may give up later. Raises FunctionFailed."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._call, function, event, seconds)

    def _call(self, function: Function, event: bytes, seconds: float) -> bytes:
        assert function.aws_region, "only functions of a region are called there"
        try:
            client = self._client(function.aws_region, ceil(seconds))
            told = client.invoke(FunctionName=function.arn, Payload=event)
            answer: bytes = told["Payload"].read(MAX_ANSWER + 1)
        except (BotoCoreError, ClientError) as error:
            raise FunctionFailed(type(error).__name__) from error
        if "FunctionError" in told:
            raise FunctionFailed(f"Lambda says {told['FunctionError']}")
        check_size(len(answer))
        return answer

    def _client(self, region: str, seconds: int) -> Any:
        client = self._clients.get((region, seconds))
        if client is None:
            limits = Config(
                connect_timeout=seconds,
                read_timeout=seconds,
                retries={"total_max_attempts": TRIES},
                max_pool_connections=MAX_THREADS,
            )
            client = self._session.create_client("lambda", region_name=region, config=limits)
            self._clients[region, seconds] = client
        return client

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
