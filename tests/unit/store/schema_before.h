/* schema_before.h - databases as casecast made them before its tables carried its name. */
#pragma once

/* Schema version 1. */
#define BEFORE_JOBS                                                                                \
    "CREATE TABLE jobs("                                                                           \
    "  number INTEGER PRIMARY KEY AUTOINCREMENT,"                                                  \
    "  id TEXT NOT NULL UNIQUE,"                                                                   \
    "  kind TEXT NOT NULL,"                                                                        \
    "  subject TEXT NOT NULL,"                                                                     \
    "  key TEXT NOT NULL,"                                                                         \
    "  state TEXT NOT NULL"                                                                        \
    "    CHECK (state IN ('queued', 'running', 'done', 'failed', 'canceled')),"                    \
    "  cancel_wanted INTEGER NOT NULL DEFAULT 0,"                                                  \
    "  last_seq INTEGER NOT NULL DEFAULT 0,"                                                       \
    "  created_ms INTEGER NOT NULL,"                                                               \
    "  started_ms INTEGER NOT NULL DEFAULT 0,"                                                     \
    "  ended_ms INTEGER NOT NULL DEFAULT 0,"                                                       \
    "  owner TEXT,"                                                                                \
    "  leased_until_ms INTEGER NOT NULL DEFAULT 0,"                                                \
    "  deaths INTEGER NOT NULL DEFAULT 0,"                                                         \
    "  progress TEXT,"                                                                             \
    "  result TEXT,"                                                                               \
    "  error TEXT);"                                                                               \
    "CREATE INDEX jobs_by_key ON jobs(kind, key);"                                                 \
    "CREATE INDEX jobs_by_state ON jobs(state, number);"                                           \
    "CREATE INDEX jobs_by_subject ON jobs(kind, state, subject);"                                  \
    "CREATE UNIQUE INDEX one_live_job_a_key ON jobs(kind, key)"                                    \
    "  WHERE state IN ('queued', 'running') AND cancel_wanted = 0;"                                \
    "CREATE TABLE inputs("                                                                         \
    "  job_id TEXT PRIMARY KEY REFERENCES jobs(id) ON DELETE CASCADE,"                             \
    "  input TEXT NOT NULL);"                                                                      \
    "CREATE TABLE events("                                                                         \
    "  position INTEGER PRIMARY KEY AUTOINCREMENT,"                                                \
    "  job_id TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,"                                \
    "  seq INTEGER NOT NULL,"                                                                      \
    "  name TEXT,"                                                                                 \
    "  data TEXT NOT NULL,"                                                                        \
    "  once TEXT,"                                                                                 \
    "  UNIQUE (job_id, seq),"                                                                      \
    "  UNIQUE (job_id, once));"
#define BEFORE_CASES                                                                               \
    "CREATE TABLE cases("                                                                          \
    "  id TEXT PRIMARY KEY NOT NULL, title TEXT, language TEXT, shape TEXT);"
#define BEFORE_SCENES                                                                              \
    "CREATE TABLE scenes("                                                                         \
    "  case_id TEXT NOT NULL REFERENCES cases(id) ON DELETE CASCADE,"                              \
    "  position INTEGER NOT NULL, image TEXT NOT NULL, caption TEXT, narration TEXT, audio TEXT,"  \
    "  credit TEXT, seconds REAL, PRIMARY KEY (case_id, position));"

/* What version 2 added to the case tables, and version 3 to the jobs. */
#define BEFORE_2                                                                                   \
    "ALTER TABLE cases ADD COLUMN size TEXT;"                                                      \
    "ALTER TABLE cases ADD COLUMN fps INTEGER;"                                                    \
    "ALTER TABLE cases ADD COLUMN quality TEXT;"                                                   \
    "ALTER TABLE cases ADD COLUMN music TEXT;"                                                     \
    "ALTER TABLE cases ADD COLUMN title_card INTEGER;"                                             \
    "ALTER TABLE cases ADD COLUMN caption_font TEXT;"                                              \
    "ALTER TABLE cases ADD COLUMN caption_color TEXT;"                                             \
    "ALTER TABLE cases ADD COLUMN caption_box TEXT;"                                               \
    "ALTER TABLE cases ADD COLUMN caption_size REAL;"                                              \
    "ALTER TABLE cases ADD COLUMN caption_position TEXT;"                                          \
    "ALTER TABLE scenes ADD COLUMN title TEXT;"                                                    \
    "ALTER TABLE scenes ADD COLUMN motion TEXT;"                                                   \
    "ALTER TABLE scenes ADD COLUMN focus_x REAL;"                                                  \
    "ALTER TABLE scenes ADD COLUMN focus_y REAL;"                                                  \
    "ALTER TABLE scenes ADD COLUMN fit TEXT;"                                                      \
    "ALTER TABLE scenes ADD COLUMN transition TEXT;"
#define BEFORE_3 "ALTER TABLE jobs ADD COLUMN n_watched INTEGER NOT NULL DEFAULT 0;"

/* What casecast of schema version 4 made. */
#define SCHEMA_4                                                                                   \
    "CREATE TABLE casecast_meta("                                                                  \
    "  name TEXT PRIMARY KEY NOT NULL,"                                                            \
    "  value TEXT NOT NULL);"                                                                      \
    "INSERT INTO casecast_meta(name, value) VALUES ('schema', '0');"                               \
    "CREATE TABLE casecast_jobs("                                                                  \
    "  number INTEGER PRIMARY KEY AUTOINCREMENT,"                                                  \
    "  id TEXT NOT NULL UNIQUE,"                                                                   \
    "  kind TEXT NOT NULL,"                                                                        \
    "  subject TEXT NOT NULL,"                                                                     \
    "  key TEXT NOT NULL,"                                                                         \
    "  state TEXT NOT NULL"                                                                        \
    "    CHECK (state IN ('queued', 'running', 'done', 'failed', 'canceled')),"                    \
    "  cancel_wanted INTEGER NOT NULL DEFAULT 0,"                                                  \
    "  last_seq INTEGER NOT NULL DEFAULT 0,"                                                       \
    "  created_ms INTEGER NOT NULL,"                                                               \
    "  started_ms INTEGER NOT NULL DEFAULT 0,"                                                     \
    "  ended_ms INTEGER NOT NULL DEFAULT 0,"                                                       \
    "  owner TEXT,"                                                                                \
    "  run INTEGER NOT NULL DEFAULT 0,"                                                            \
    "  deaths INTEGER NOT NULL DEFAULT 0,"                                                         \
    "  progress TEXT,"                                                                             \
    "  result TEXT,"                                                                               \
    "  error TEXT,"                                                                                \
    "  n_watched INTEGER NOT NULL DEFAULT 0);"                                                     \
    "CREATE INDEX casecast_jobs_by_key ON casecast_jobs(kind, key);"                               \
    "CREATE INDEX casecast_jobs_by_state ON casecast_jobs(state, number);"                         \
    "CREATE INDEX casecast_jobs_by_subject ON casecast_jobs(kind, state, subject);"                \
    "CREATE UNIQUE INDEX casecast_one_live_job_a_key ON casecast_jobs(kind, key)"                  \
    "  WHERE state IN ('queued', 'running') AND cancel_wanted = 0;"                                \
    "CREATE TABLE casecast_inputs("                                                                \
    "  job_id TEXT PRIMARY KEY REFERENCES casecast_jobs(id) ON DELETE CASCADE,"                    \
    "  input TEXT NOT NULL);"                                                                      \
    "CREATE TABLE casecast_events("                                                                \
    "  position INTEGER PRIMARY KEY AUTOINCREMENT,"                                                \
    "  job_id TEXT NOT NULL REFERENCES casecast_jobs(id) ON DELETE CASCADE,"                       \
    "  seq INTEGER NOT NULL,"                                                                      \
    "  name TEXT,"                                                                                 \
    "  data TEXT NOT NULL,"                                                                        \
    "  once TEXT,"                                                                                 \
    "  UNIQUE (job_id, seq),"                                                                      \
    "  UNIQUE (job_id, once));"                                                                    \
    "CREATE TABLE casecast_audiences("                                                             \
    "  job_id TEXT NOT NULL REFERENCES casecast_jobs(id) ON DELETE CASCADE,"                       \
    "  member TEXT NOT NULL,"                                                                      \
    "  n INTEGER NOT NULL,"                                                                        \
    "  who TEXT NOT NULL,"                                                                         \
    "  PRIMARY KEY (job_id, member));"                                                             \
    "CREATE TABLE casecast_members("                                                               \
    "  name TEXT PRIMARY KEY NOT NULL,"                                                            \
    "  leased_until_ms INTEGER NOT NULL,"                                                          \
    "  is_stopping INTEGER NOT NULL DEFAULT 0);"                                                   \
    "CREATE TABLE casecast_told("                                                                  \
    "  job_id TEXT NOT NULL REFERENCES casecast_jobs(id) ON DELETE CASCADE,"                       \
    "  viewer TEXT NOT NULL,"                                                                      \
    "  told_ms INTEGER NOT NULL,"                                                                  \
    "  PRIMARY KEY (job_id, viewer));"                                                             \
    "UPDATE casecast_meta SET value = 4 WHERE name = 'schema';"
