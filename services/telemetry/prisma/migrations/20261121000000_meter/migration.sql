-- Where the counter of each device stood, so that the next reading says what was used since.
CREATE TABLE meter (
  device_number bigint           PRIMARY KEY,
  time          timestamptz      NOT NULL,
  wh            double precision NOT NULL,
  spare_wh      double precision NOT NULL,
  -- Readings that do not go on from there.
  candidate     jsonb
) WITH (fillfactor = 50);
