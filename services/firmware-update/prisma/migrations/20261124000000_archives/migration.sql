-- Archives beside firmware, and the hash of each mebibyte of a file.
ALTER TABLE "artifact" ADD COLUMN "kind" TEXT NOT NULL DEFAULT 'firmware',
    ADD CONSTRAINT "artifact_kind_check" CHECK ("kind" IN ('firmware', 'archive'));

DROP INDEX "artifact_organization_id_product_uuid_key";
CREATE UNIQUE INDEX "artifact_organization_id_kind_product_uuid_key" ON "artifact" ("organization_id", "kind", "product", "uuid");
CREATE INDEX "artifact_organization_id_product_version_idx" ON "artifact" ("organization_id", "product", "version");

CREATE TABLE "artifact_parts" (
    "artifact_id" UUID NOT NULL,
    "hashes" BYTEA NOT NULL,

    CONSTRAINT "artifact_parts_pkey" PRIMARY KEY ("artifact_id"),
    CONSTRAINT "artifact_parts_artifact_id_fkey" FOREIGN KEY ("artifact_id") REFERENCES "artifact" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
