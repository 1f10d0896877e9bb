-- People's changes to a device's tags are told as well.
ALTER TABLE "outbox" ADD COLUMN     "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];

ALTER TABLE "outbox" DROP CONSTRAINT "outbox_kind_check",
ADD CONSTRAINT "outbox_kind_check" CHECK ("kind" IN ('connected', 'disconnected', 'deleted', 'changed'));
