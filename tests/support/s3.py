"""A real server that speaks S3, for tests: S3Proxy, with its objects in a folder."""

from __future__ import annotations

import secrets
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

from app.local.children import LOOPBACK, Child, free_port
from graph_model.versions.entities import Content
from tests.support.jars import NoJars, jars

SUPPORT = Path(__file__).parent
JARS = "s3proxy-4.1.0"
FRUGAL = ("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
STARTED_WITHIN = 90.0
BUCKET = "lake"


class NoS3(Exception):
    """There is no JDK 17 or no Maven here, or it does not start."""


@dataclass
class S3:
    """A server that can be stopped and started again: same objects, same port, same keys."""

    folder: Path
    port: int = field(default_factory=free_port)
    access_key: str = field(default_factory=lambda: secrets.token_hex(8))
    secret_key: str = field(default_factory=lambda: secrets.token_hex(16))
    child: Child | None = None

    @property
    def bucket(self) -> Path:
        """Where its objects lie: whoever writes there has put an object, whoever looks there sees what was put."""
        return self.folder / "objects" / BUCKET

    @property
    def endpoint(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def options(self) -> dict[str, str]:
        """What reaches it, as it stands in a content whose variables were looked up."""
        return {"endpoint": self.endpoint, "access_key": self.access_key, "secret_key": self.secret_key}

    def at(self, format: str, key: str, **options: object) -> Content:
        return Content(format, f"s3://{BUCKET}/{key}", {**self.options, **options})

    def start(self) -> None:
        """Returns once it listens. Raises NoS3."""
        self.bucket.mkdir(parents=True, exist_ok=True)
        settings = self.folder / "s3proxy.conf"
        settings.write_text(
            f"s3proxy.authorization=aws-v2-or-v4\ns3proxy.identity={self.access_key}\n"
            f"s3proxy.credential={self.secret_key}\ns3proxy.endpoint={self.endpoint}\n"
            f"jclouds.provider=filesystem\njclouds.filesystem.basedir={self.bucket.parent}\n"
        )
        command = ["java", *FRUGAL, f"-Dlogback.configurationFile={SUPPORT / 's3-logback.xml'}", "-cp", f"{_jars()}/*"]
        command += ["org.gaul.s3proxy.Main", "--properties", str(settings)]
        self.child = Child.start("s3proxy", command, log=self.folder / "s3proxy.log")
        deadline = time.monotonic() + STARTED_WITHIN
        while not self._listens():
            if time.monotonic() > deadline or not self.child.alive():
                raise NoS3(f"it did not start: {self.child.last_words(3)}")
            time.sleep(0.1)

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop()

    def _listens(self) -> bool:
        try:
            socket.create_connection((LOOPBACK, self.port), timeout=1).close()
        except OSError:
            return False
        return True


def start_s3(folder: Path) -> S3:
    """Raises NoS3."""
    server = S3(folder)
    try:
        server.start()
    except BaseException:
        server.stop()
        raise
    return server


def _jars() -> Path:
    try:
        return jars(JARS, SUPPORT / "s3-pom.xml", what="the jars of an S3 server (57 MB)")
    except NoJars as error:
        raise NoS3(f"{error}: install a JDK 17 and Maven") from None
