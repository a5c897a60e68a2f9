-- What others hold, whom we hear, long reports on their way, and how far own sequences are used. See docs/storage.md.

-- Repair came between the classes of traffic: notice was 4 and position 5.
UPDATE outbox SET klass = klass + 1 WHERE klass IN (4, 5);

CREATE TABLE held (
    author      INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence    INTEGER NOT NULL,
    stream      INTEGER NOT NULL,
    holders     BLOB NOT NULL,
    PRIMARY KEY (author, incarnation, sequence, stream)
) WITHOUT ROWID;

CREATE TABLE neighbours (
    member   INTEGER NOT NULL PRIMARY KEY,
    heard_at REAL NOT NULL,
    snr      REAL,
    hashes   BLOB NOT NULL
);

-- One row: what the file sequence.mark holds, and which file that is.
CREATE TABLE mark (
    one     INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    content BLOB NOT NULL,
    file    TEXT NOT NULL
);

-- Numbered, as the oldest whole one makes room for a new one.
CREATE TABLE transfers (
    rowid       INTEGER PRIMARY KEY AUTOINCREMENT,
    author      INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence    INTEGER NOT NULL,
    stream      INTEGER NOT NULL,
    key_class   INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    digest      BLOB NOT NULL,
    expires_at  REAL NOT NULL,
    restarts    INTEGER NOT NULL,
    whole       INTEGER NOT NULL,
    parts       BLOB NOT NULL,
    UNIQUE (author, incarnation, sequence, stream)
);
