"""A shop that is not Java and has SQLite: its orders and their messages are one fact. It knows docs/contract.md, and no library.

python3 shop.py <port> <database file> <address of the message service> [<name:token>]
"""
import base64
import http.server
import json
import sqlite3
import sys
import time
import urllib.error
import urllib.request
import uuid

PORT, FILE, MESSAGES = int(sys.argv[1]), sys.argv[2], sys.argv[3]
LOGIN = sys.argv[4] if len(sys.argv) > 4 else None
SCHEMA = """
CREATE TABLE IF NOT EXISTS "order" (id text PRIMARY KEY, amount integer NOT NULL CHECK (amount > 0));
CREATE TABLE IF NOT EXISTS message_barrier (
  message_id text PRIMARY KEY,
  decision   text NOT NULL CHECK (decision IN ('COMMITTED', 'ROLLED_BACK')),
  decided_at text NOT NULL DEFAULT CURRENT_TIMESTAMP);
"""


def connect():
    # a second is what a check-back waits for a transaction that runs; SQLite lets one write at a time
    return sqlite3.connect(FILE, timeout=1, isolation_level=None)


def tell(path, body):
    """The status of the message service's answer, None if there is none."""
    headers = {"Content-Type": "application/json"}
    if LOGIN:
        headers["Authorization"] = "Basic " + base64.b64encode(LOGIN.encode()).decode()
    request = urllib.request.Request(MESSAGES + path, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except OSError:
        return None


def prepare(order):
    message = str(uuid.uuid4())
    request = {"id": message, "destination": "order.paid", "key": order["id"], "payload": json.dumps(order), "checkBack": f"http://localhost:{PORT}/check-back"}
    return message if tell("/messages", json.dumps(request).encode()) == 201 else None


def book(order, message):
    """True if the order is committed, and the barrier with it."""
    connection = connect()
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO message_barrier (message_id, decision) VALUES (?, 'COMMITTED')", (message,))
        connection.execute('INSERT INTO "order" (id, amount) VALUES (?, ?)', (order["id"], order["amount"]))
        time.sleep(order.get("takes", 0))
        connection.execute("COMMIT")
        return True
    except (sqlite3.IntegrityError, sqlite3.OperationalError):
        return False
    finally:
        # what has not been committed is rolled back
        connection.close()


def place(order):
    message = prepare(order)
    if message is None:
        return 503
    time.sleep(order.get("waits", 0))
    booked = book(order, message)
    # this word may be lost
    tell(f"/messages/{message}/{'commit' if booked else 'rollback'}", b"")
    return 201 if booked else 409


def check_back(message):
    connection = connect()
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO message_barrier (message_id, decision) VALUES (?, 'ROLLED_BACK') ON CONFLICT (message_id) DO NOTHING", (message,))
        decision = connection.execute("SELECT decision FROM message_barrier WHERE message_id = ?", (message,)).fetchone()[0]
        connection.execute("COMMIT")
        return 200 if decision == "COMMITTED" else 409
    except sqlite3.OperationalError:
        # locked by a transaction that has not ended
        return 425
    finally:
        connection.close()


class Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = check_back(request["id"]) if self.path == "/check-back" else place(request)
        self.answer(status, b"")

    def do_GET(self):
        connection = connect()
        orders = [row[0] for row in connection.execute('SELECT id FROM "order" ORDER BY id')]
        connection.close()
        self.answer(200, json.dumps(orders).encode())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    database = connect()
    database.executescript(SCHEMA)
    database.close()
    http.server.ThreadingHTTPServer(("localhost", PORT), Shop).serve_forever()
