-- What was exported on this node: who, when, what, not the contents. See docs/storage.md.

CREATE TABLE exports (
    rowid    INTEGER PRIMARY KEY AUTOINCREMENT,
    at       REAL NOT NULL,
    member   INTEGER NOT NULL,
    format   TEXT NOT NULL,
    since    REAL,
    until    REAL,
    redacted INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    sha256   BLOB NOT NULL
);
