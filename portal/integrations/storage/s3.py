"""How are contents kept in an object store that speaks S3?"""

from __future__ import annotations

import datetime as dt
import errno
import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, BinaryIO, cast

from portal.core.files import Missing

PART = 16 * 1024 * 1024
"""Bytes that are sent at once, and held in memory; what is larger is sent in parts."""
_KEY = re.compile(r"[0-9a-f]{32}")
_BEGUN = ".part"
_ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})
_THERE = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"})
_FULL = frozenset({"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "507"})


@dataclass(frozen=True)
class Bucket:
    """Where the store is, and with what it is asked; an empty value leaves it to the library."""

    name: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    key_id: str = ""
    secret: str = ""
    # "AES256" or "aws:kms", with the key's name for the latter.
    encryption: str = ""
    encryption_key: str = ""
    # Seconds, and how often one request is tried.
    patience: float = 30.0
    tries: int = 3


class S3Storage:
    """Contents as objects named by their keys behind the prefix; none is ever written over.

    The library is loaded when the first content comes or goes, in the process that needs it.
    """

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self._place = {"Bucket": bucket.name}
        self._sealing = {
            name: value
            for name, value in (
                ("ServerSideEncryption", bucket.encryption),
                ("SSEKMSKeyId", bucket.encryption_key),
            )
            if value
        }
        self._lock = threading.Lock()

    @property
    def _client(self) -> Any:
        with self._lock:
            return self._made_client

    @cached_property
    def _made_client(self) -> Any:
        import boto3
        from botocore.config import Config

        given = self.bucket
        return boto3.session.Session().client(
            "s3",
            endpoint_url=given.endpoint or None,
            region_name=given.region or None,
            aws_access_key_id=given.key_id or None,
            aws_secret_access_key=given.secret or None,
            config=Config(
                connect_timeout=min(5.0, given.patience),
                read_timeout=given.patience,
                retries={"total_max_attempts": given.tries, "mode": "standard"},
                # Names of buckets as parts of the host's are Amazon's habit alone, and so are
                # checksums of their own.
                s3={"addressing_style": "path" if given.endpoint else "auto"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _named(self, key: str) -> dict[str, str]:
        if not _KEY.fullmatch(key):
            raise Missing(key)
        return {**self._place, "Key": self.bucket.prefix + key}

    def keep(self, key: str, content: BinaryIO) -> None:
        """Send it whole, or in parts where it is large; the store answers when it is durable."""
        named = self._named(key)
        size = content.seek(0, io.SEEK_END)
        content.seek(0)
        with _told_as_errors(key):
            if size <= PART:
                body = content.read()
                self._client.put_object(**named, Body=body, IfNoneMatch="*", **self._sealing)
            else:
                self._keep_in_parts(named, content)

    def _keep_in_parts(self, named: dict[str, str], content: BinaryIO) -> None:
        client = self._client
        upload = {"UploadId": client.create_multipart_upload(**named, **self._sealing)["UploadId"]}
        try:
            parts: list[dict[str, Any]] = []
            while chunk := content.read(PART):
                number = {"PartNumber": len(parts) + 1}
                sent = client.upload_part(**named, **upload, **number, Body=chunk)
                parts.append({**number, "ETag": sent["ETag"]})
            whole = {"Parts": parts}
            client.complete_multipart_upload(
                **named, **upload, MultipartUpload=whole, IfNoneMatch="*"
            )
        except BaseException:
            with suppress(Exception):  # what cannot be let go of now, the sweep finds
                client.abort_multipart_upload(**named, **upload)
            raise

    def open(self, key: str, begin: int = 0) -> BinaryIO:
        """Return the content for reading from the byte ``begin`` on; raises Missing."""
        named = self._named(key)
        part = {"Range": f"bytes={begin}-"} if begin else {}
        with _told_as_errors(key):
            return cast(BinaryIO, _Body(key, self._client.get_object(**named, **part)["Body"]))

    def discard(self, key: str) -> None:
        """Delete the object, if there is one; or what was sent of one that was never whole."""
        if key.endswith(_BEGUN):
            return self._give_up(key.removesuffix(_BEGUN))
        named = self._named(key)
        with _told_as_errors(key):
            self._client.delete_object(**named)
        return None

    def _give_up(self, key: str) -> None:
        named = self._named(key)
        for begun in self._pages("list_multipart_uploads", "Uploads"):
            if begun["Key"] == named["Key"]:
                with _told_as_errors(key):
                    self._client.abort_multipart_upload(**named, UploadId=begun["UploadId"])

    def kept(self) -> Iterator[tuple[str, dt.datetime]]:
        """Yield every key with the time of its object, and what was never sent to its end."""
        for found, ending, moment in (
            (self._pages("list_objects_v2", "Contents"), "", "LastModified"),
            (self._pages("list_multipart_uploads", "Uploads"), _BEGUN, "Initiated"),
        ):
            for one in found:
                key = one["Key"].removeprefix(self.bucket.prefix)
                if _KEY.fullmatch(key):  # else it is somebody else's
                    yield key + ending, one[moment].astimezone(dt.UTC)

    def _pages(self, what: str, name: str) -> Iterator[Any]:
        with _told_as_errors(what):
            pages = self._client.get_paginator(what)
            for page in pages.paginate(**self._place, Prefix=self.bucket.prefix):
                yield from page.get(name, ())


class _Body:
    """An object on its way, whose failures are errors of input and output as a file's are."""

    def __init__(self, key: str, stream: Any) -> None:
        self.key, self.stream = key, stream

    def read(self, size: int = -1) -> bytes:
        with _told_as_errors(self.key):
            return cast(bytes, self.stream.read(None if size < 0 else size))

    def close(self) -> None:
        self.stream.close()

    def __enter__(self) -> _Body:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.close()


@contextmanager
def _told_as_errors(key: str) -> Iterator[None]:
    """Raise Missing, FileExistsError or OSError in the place of the library's own exceptions."""
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _ABSENT:
            raise Missing(key) from error
        if code in _THERE:
            raise FileExistsError(errno.EEXIST, "there is such a content already", key) from error
        number = errno.ENOSPC if code in _FULL else errno.EIO
        raise OSError(number, f"the object store said {code}") from error
    except (BotoCoreError, HTTPError) as error:
        raise OSError(errno.EIO, f"the object store: {type(error).__name__}") from error
