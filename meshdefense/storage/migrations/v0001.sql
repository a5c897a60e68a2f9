-- The first schema. Tables and columns are explained in docs/storage.md.

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE secrets (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
);

CREATE TABLE documents (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL,
    rev   INTEGER NOT NULL
);

-- AUTOINCREMENT: a reader's place in the log stays right after the newest items expired.
CREATE TABLE items (
    rowid       INTEGER PRIMARY KEY AUTOINCREMENT,
    author      INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence    INTEGER NOT NULL,
    stream      INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    ref         TEXT,
    claimed_at  REAL NOT NULL,
    received_at REAL NOT NULL,
    expires_at  REAL,
    own         INTEGER NOT NULL,
    bearer      TEXT NOT NULL,
    snr         REAL,
    rssi        INTEGER,
    hops        INTEGER,
    raw         BLOB NOT NULL,
    UNIQUE (author, incarnation, sequence, stream)
);
CREATE INDEX items_ref ON items (ref) WHERE ref IS NOT NULL;
CREATE INDEX items_expires_at ON items (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE outbox (
    author      INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence    INTEGER NOT NULL,
    stream      INTEGER NOT NULL,
    state       TEXT NOT NULL,
    klass       INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    next_at     REAL,
    created_at  REAL NOT NULL,
    expires_at  REAL NOT NULL,
    detail      TEXT NOT NULL,
    PRIMARY KEY (author, incarnation, sequence, stream)
) WITHOUT ROWID;

CREATE TABLE replay (
    author      INTEGER NOT NULL,
    stream      INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    high        INTEGER NOT NULL,
    bitmap      BLOB NOT NULL,
    PRIMARY KEY (author, stream, incarnation)
) WITHOUT ROWID;

CREATE TABLE counters (
    stream        INTEGER NOT NULL PRIMARY KEY,
    incarnation   INTEGER NOT NULL,
    next_sequence INTEGER NOT NULL
);

CREATE TABLE equivocations (
    id      TEXT NOT NULL PRIMARY KEY,
    raw     BLOB NOT NULL,
    seen_at REAL NOT NULL
);

CREATE TABLE rows (
    tbl  TEXT NOT NULL,
    id   TEXT NOT NULL,
    rev  INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (tbl, id)
);
CREATE INDEX rows_rev ON rows (rev);
CREATE INDEX rows_id ON rows (id);
CREATE INDEX rows_gone ON rows (gone) WHERE gone = 1;

-- One row: how many commits have touched `rows`.
CREATE TABLE revision (
    one   INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    value INTEGER NOT NULL
);
INSERT INTO revision (one, value) VALUES (1, 0);
