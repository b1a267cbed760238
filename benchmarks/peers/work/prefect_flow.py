"""What Prefect runs in the benchmark: one flow."""

import os
import time
import uuid
from pathlib import Path

from prefect import flow


@flow
def build():
    Path(os.environ["LINES"], uuid.uuid4().hex).write_text(str(time.time()))
