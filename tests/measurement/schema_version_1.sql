-- The schema as its first version had it, and a few rows. This file is history: it never changes.
CREATE TABLE schema_version (
  version INTEGER NOT NULL,
  upgraded_at DOUBLE NOT NULL,
  PRIMARY KEY (version)
);
CREATE TABLE runs (
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  workload TEXT NOT NULL,
  started_at DOUBLE NOT NULL,
  ended_at DOUBLE,
  state TEXT NOT NULL,
  step INTEGER NOT NULL,
  total_steps INTEGER,
  parameters TEXT NOT NULL,
  device TEXT NOT NULL,
  last_words TEXT,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE INDEX runs_by_workload ON runs (workload, started_at);
CREATE TABLE readings (
  number INTEGER NOT NULL,
  run TEXT NOT NULL,
  metric TEXT NOT NULL,
  step INTEGER NOT NULL,
  value DOUBLE,
  taken_at DOUBLE NOT NULL,
  unit TEXT NOT NULL,
  count INTEGER NOT NULL,
  minimum DOUBLE,
  maximum DOUBLE,
  non_finite TEXT,
  PRIMARY KEY (number)
);
CREATE INDEX readings_by_metric ON readings (run, metric, number);
CREATE TABLE facts (
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT,
  kind TEXT NOT NULL,
  unit TEXT NOT NULL,
  method TEXT NOT NULL,
  uncertainty DOUBLE,
  source TEXT NOT NULL,
  taken_at DOUBLE NOT NULL,
  run TEXT,
  reason TEXT,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE INDEX facts_by_run ON facts (run);
CREATE TABLE requests (
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  taken_at DOUBLE NOT NULL,
  purpose TEXT NOT NULL,
  engine TEXT NOT NULL,
  model TEXT NOT NULL,
  conversation TEXT,
  prompt_hash TEXT,
  prompt_tokens INTEGER,
  completion_tokens INTEGER,
  thinking_tokens INTEGER,
  cached_tokens INTEGER,
  time_to_first_token_s DOUBLE,
  prefill_s DOUBLE,
  decode_s DOUBLE,
  duration_s DOUBLE,
  outcome TEXT NOT NULL,
  energy TEXT,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE INDEX requests_by_time ON requests (taken_at);
CREATE TABLE audit (
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  taken_at DOUBLE NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  conversation TEXT,
  words TEXT,
  tool TEXT NOT NULL,
  args TEXT NOT NULL,
  workload TEXT,
  status TEXT NOT NULL,
  changes TEXT NOT NULL,
  error TEXT,
  undo_of TEXT,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE INDEX audit_by_time ON audit (taken_at);
CREATE INDEX audit_by_conversation ON audit (conversation, taken_at);
CREATE TABLE conversations (
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  title TEXT NOT NULL,
  owner TEXT NOT NULL,
  created_at DOUBLE NOT NULL,
  updated_at DOUBLE NOT NULL,
  system_prompt TEXT,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE INDEX conversations_by_time ON conversations (updated_at);
CREATE TABLE messages (
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  conversation TEXT NOT NULL,
  taken_at DOUBLE NOT NULL,
  role TEXT NOT NULL,
  content TEXT NOT NULL,
  tool_calls TEXT NOT NULL,
  facts TEXT NOT NULL,
  usage TEXT NOT NULL,
  interrupted BOOLEAN NOT NULL,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE INDEX messages_by_conversation ON messages (conversation, number);
CREATE TABLE events (
  number INTEGER NOT NULL,
  id TEXT NOT NULL,
  taken_at DOUBLE NOT NULL,
  kind TEXT NOT NULL,
  workload TEXT,
  text TEXT NOT NULL,
  details TEXT NOT NULL,
  PRIMARY KEY (number),
  UNIQUE (id)
);
CREATE INDEX events_by_time ON events (taken_at);
INSERT INTO schema_version VALUES (1, 1763721600.0);
INSERT INTO runs VALUES (1, 'run-old', 'heat', 1763721600.0, NULL, 'running', 7, 1000, '{"dt": 0.001}', 'cpu', NULL);
INSERT INTO readings VALUES (1, 'run-old', 'temperature', 7, NULL, 1763721601.0, 'K', 1, NULL, NULL, '{"value": "NaN"}');
