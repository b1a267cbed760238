"""A service that writes letters, and takes its time: POST /letters begins, GET tells how far it is, DELETE stops it.

`python service.py [PORT]`. Who calls must bring the token of SHOP_TOKEN. The same Idempotency-Key begins nothing anew.
"""

import csv
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORK_SECONDS = 0.5
begun: dict[str, dict] = {}


def write_letters(work: dict) -> None:
    time.sleep(WORK_SECONDS)
    if work["state"] == "stopped":
        return
    try:
        with open(work["read"], newline="") as ranks, open(work["write"], "w", newline="") as letters:
            out = csv.writer(letters)
            out.writerow(["customer", "text"])
            for row in csv.DictReader(ranks):
                out.writerow([row["customer"], f"You are number {row['place']} of {work['day']}"])
                work["letters"] += 1
        work["state"] = "done"
    except Exception as error:
        work.update(state="failed", why=str(error))


class Letters(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        key = self.headers["Idempotency-Key"].replace("/", "-")
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers.get("Authorization") != f"Bearer {os.environ['SHOP_TOKEN']}":
            self.answer(401, {"error": "who are you?"})
            return
        if key not in begun:
            begun[key] = {**asked, "state": "working", "letters": 0}
            threading.Thread(target=write_letters, args=(begun[key],), daemon=True).start()
        self.answer(202, {"status": f"/letters/{key}"})

    def do_GET(self) -> None:
        work = begun.get(self.path.rpartition("/")[2])
        self.answer(200, {"state": work["state"], "letters": work["letters"]}) if work else self.answer(404, {})

    def do_DELETE(self) -> None:
        begun.get(self.path.rpartition("/")[2], {})["state"] = "stopped"
        self.answer(200, {})

    def answer(self, status: int, value: dict) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8765
    ThreadingHTTPServer(("127.0.0.1", port), Letters).serve_forever()
