"""A warehouse that is not Java and has SQLite: it takes part in sagas over HTTP. It knows docs/contract.md, and no library.

python3 warehouse.py <port> <database file> [<token>]
"""
import hmac
import http.server
import json
import re
import sqlite3
import sys
import urllib.parse

PORT, FILE = int(sys.argv[1]), sys.argv[2]
TOKEN = sys.argv[3] if len(sys.argv) > 3 else None
SCHEMA = """
CREATE TABLE IF NOT EXISTS stock (item text PRIMARY KEY, quantity integer NOT NULL);
CREATE TABLE IF NOT EXISTS withdrawal (
  saga_id text, step integer, item text NOT NULL, quantity integer NOT NULL, state text NOT NULL CHECK (state IN ('RESERVED', 'TAKEN')),
  PRIMARY KEY (saga_id, step));
CREATE TABLE IF NOT EXISTS work (id integer PRIMARY KEY, saga_id text, step integer, action text);
CREATE TABLE IF NOT EXISTS step_barrier (
  saga_name text, saga_id text, step integer, reason text,
  state text NOT NULL CHECK (state IN ('DONE', 'REFUSED', 'UNDONE', 'VOID', 'CONFIRMED')),
  PRIMARY KEY (saga_name, saga_id, step));
"""
DONE, CONFLICT = 204, 409
# by what the row of the step says, None if there is none: its next state, None if nothing is to be done, and the answer
BEGIN = {None: ("DONE", DONE), "DONE": (None, DONE), "CONFIRMED": (None, DONE), "REFUSED": (None, CONFLICT), "UNDONE": (None, CONFLICT), "VOID": (None, CONFLICT)}
GIVE_BACK = {None: ("VOID", DONE), "DONE": ("UNDONE", DONE), "CONFIRMED": (None, CONFLICT), "REFUSED": (None, DONE), "UNDONE": (None, DONE), "VOID": (None, DONE)}
CONFIRM = {None: (None, CONFLICT), "DONE": ("CONFIRMED", DONE), "CONFIRMED": (None, DONE), "REFUSED": (None, CONFLICT), "UNDONE": (None, CONFLICT), "VOID": (None, CONFLICT)}
RULES = {"DO": BEGIN, "TRY": BEGIN, "UNDO": GIVE_BACK, "CANCEL": GIVE_BACK, "CONFIRM": CONFIRM}


def connect():
    return sqlite3.connect(FILE, timeout=1, isolation_level=None)


def withdraw(connection, command, state):
    """False if there is not enough."""
    item, quantity = command["data"]["item"], command["data"]["quantity"]
    left = connection.execute(
        "SELECT coalesce((SELECT quantity FROM stock WHERE item = ?), 0) - coalesce((SELECT sum(quantity) FROM withdrawal WHERE item = ?), 0)", (item, item)).fetchone()[0]
    if left < quantity:
        return False
    connection.execute("INSERT INTO withdrawal (saga_id, step, item, quantity, state) VALUES (?, ?, ?, ?, ?)", (command["id"], command["step"], item, quantity, state))
    return True


def work(connection, command):
    step = (command["id"], command["step"])
    if command["action"] in ("DO", "TRY"):
        if not withdraw(connection, command, "TAKEN" if command["action"] == "DO" else "RESERVED"):
            return False
    elif command["action"] == "CONFIRM":
        connection.execute("UPDATE withdrawal SET state = 'TAKEN' WHERE saga_id = ? AND step = ?", step)
    else:
        connection.execute("DELETE FROM withdrawal WHERE saga_id = ? AND step = ?", step)
    connection.execute("INSERT INTO work (saga_id, step, action) VALUES (?, ?, ?)", (*step, command["action"]))
    return True


def take_part(command):
    """Status and reason. The row of the step and the work are one transaction, and SQLite lets one write at a time."""
    step = (command["saga"], command["id"], command["step"])
    connection = connect()
    try:
        connection.execute("BEGIN IMMEDIATE")
        row = connection.execute("SELECT state, reason FROM step_barrier WHERE saga_name = ? AND saga_id = ? AND step = ?", step).fetchone()
        state, reason = row or (None, None)
        following, status = RULES[command["action"]][state]
        if following in ("DONE", "UNDONE", "CONFIRMED") and not work(connection, command):
            following, status, reason = "REFUSED", CONFLICT, "OUT_OF_STOCK"
        if following:
            connection.execute("INSERT INTO step_barrier (saga_name, saga_id, step, state, reason) VALUES (?, ?, ?, ?, ?) "
                               "ON CONFLICT (saga_name, saga_id, step) DO UPDATE SET state = excluded.state, reason = excluded.reason", (*step, following, reason))
        connection.execute("COMMIT")
        return status, reason or state or "NOT_THERE"
    finally:
        # what has not been committed is rolled back
        connection.close()


class Warehouse(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # an answer in two packets waits for the acknowledgement of the first
    wbufsize = -1

    def do_POST(self):
        # read it all the same: what comes behind it on the connection is the next request
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if TOKEN and not hmac.compare_digest(self.headers.get("Authorization", "").encode(), f"Bearer {TOKEN}".encode()):
            return self.answer(401, "the token is missing or wrong")
        try:
            self.answer(*take_part(self.command_of(body)))
        except (KeyError, TypeError, ValueError) as error:
            self.answer(400, f"this is no command: {type(error).__name__}")
        except sqlite3.OperationalError:
            # locked for longer than a second
            self.answer(503, "the database is busy")

    def command_of(self, body):
        values = {name: urllib.parse.unquote(self.headers["ce-" + name], errors="strict") for name in ("saga", "sagaid", "sagastep", "sagastepname", "sagaaction")}
        if not re.fullmatch("[1-9][0-9]{0,2}", values["sagastep"]) or values["sagaaction"] not in RULES:
            raise ValueError("sagastep or sagaaction")
        data = json.loads(body)[values["sagastepname"]]
        if not isinstance(data["item"], str) or type(data["quantity"]) is not int or data["quantity"] < 1:
            raise ValueError("item or quantity")
        return {"saga": values["saga"], "id": values["sagaid"], "step": int(values["sagastep"]), "action": values["sagaaction"], "data": data}

    def do_GET(self):
        connection = connect()
        connection.row_factory = sqlite3.Row
        tables = {table: [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3")] for table in ("withdrawal", "step_barrier", "work")}
        connection.close()
        self.send(200, "application/json", json.dumps(tables).encode())

    def answer(self, status, detail):
        if status == DONE:
            return self.send(status, None, b"")
        self.send(status, "application/problem+json", json.dumps({"title": http.HTTPStatus(status).phrase, "status": status, "detail": detail}).encode())

    def send(self, status, kind, body):
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 503:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        pass


if __name__ == "__main__":
    database = connect()
    database.executescript(SCHEMA)
    database.executemany("INSERT OR IGNORE INTO stock (item, quantity) VALUES (?, ?)", [("nail", 1000), ("crate", 12)])
    database.close()
    http.server.ThreadingHTTPServer(("localhost", PORT), Warehouse).serve_forever()
