-- What Prisma cannot say in its schema: partitions, fill factors, BRIN indexes.

-- Names of metrics; readings carry the number.
CREATE TABLE metric (
  id   smallint PRIMARY KEY,
  name text NOT NULL UNIQUE
);

-- Raw readings, a partition per UTC day. Eight-byte columns come first, so that rows have no padding.
CREATE TABLE reading (
  device_number bigint           NOT NULL,
  time          timestamptz      NOT NULL,
  value         double precision NOT NULL,
  epoch         bigint           NOT NULL,
  interval_s    integer          NOT NULL,
  sequence      integer          NOT NULL,
  metric_id     smallint         NOT NULL
) PARTITION BY RANGE (time);
CREATE INDEX reading_series ON reading (device_number, metric_id, time);
CREATE TABLE reading_default PARTITION OF reading DEFAULT;

-- Rollups. The indexes hold no column that an update changes, and pages keep room, so that updates stay in their page.
CREATE TABLE rollup_minute (
  device_number   bigint           NOT NULL,
  bucket          timestamptz      NOT NULL,
  sum             double precision NOT NULL,
  min             double precision NOT NULL,
  max             double precision NOT NULL,
  last            double precision NOT NULL,
  last_at         timestamptz      NOT NULL,
  integral        double precision NOT NULL,
  seconds         double precision NOT NULL,
  count           integer          NOT NULL,
  last_interval_s integer          NOT NULL,
  metric_id       smallint         NOT NULL,
  PRIMARY KEY (device_number, metric_id, bucket)
) PARTITION BY RANGE (bucket);
CREATE TABLE rollup_minute_default PARTITION OF rollup_minute DEFAULT WITH (fillfactor = 50);

CREATE TABLE rollup_quarter (
  LIKE rollup_minute,
  PRIMARY KEY (device_number, metric_id, bucket)
) PARTITION BY RANGE (bucket);
CREATE TABLE rollup_quarter_default PARTITION OF rollup_quarter DEFAULT WITH (fillfactor = 50);

CREATE TABLE rollup_hour (
  LIKE rollup_minute,
  PRIMARY KEY (device_number, metric_id, bucket)
) WITH (fillfactor = 50);

CREATE TABLE rollup_day (
  LIKE rollup_minute,
  PRIMARY KEY (device_number, metric_id, bucket)
) WITH (fillfactor = 50);

-- What devices said in words, a partition per week.
CREATE TABLE device_log (
  id            bigint GENERATED ALWAYS AS IDENTITY,
  device_number bigint      NOT NULL,
  time          timestamptz NOT NULL,
  epoch         bigint      NOT NULL,
  sequence      bigint      NOT NULL,
  name          text        NOT NULL,
  level         text        NOT NULL,
  message       text        NOT NULL,
  fields        jsonb       NOT NULL,
  PRIMARY KEY (device_number, time, id)
) PARTITION BY RANGE (time);
CREATE TABLE device_log_default PARTITION OF device_log DEFAULT;

-- Batches that a durable has stored, written in the same transaction as what they held.
CREATE TABLE batch_seen (
  durable  smallint    NOT NULL,
  node     text        NOT NULL,
  boot     text        NOT NULL,
  sequence bigint      NOT NULL,
  seen_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (durable, node, boot, sequence)
);
-- Rows come in the order of time: a few pages of summary find those that are old.
CREATE INDEX batch_seen_age ON batch_seen USING brin (seen_at);

-- Readings with an identity of the device's own, so that one which it sent twice is stored once.
CREATE TABLE report_seen (
  metric_id     smallint    NOT NULL,
  entry         integer     NOT NULL,
  device_number bigint      NOT NULL,
  seq           bigint      NOT NULL,
  boot          text        NOT NULL,
  seen_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (device_number, boot, seq, entry, metric_id)
);
CREATE INDEX report_seen_age ON report_seen USING brin (seen_at);
