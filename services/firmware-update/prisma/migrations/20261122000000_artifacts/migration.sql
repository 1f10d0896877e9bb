-- Firmware files, the keys that sign them, and the objects that are to be removed.
CREATE TABLE "artifact" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "uuid" TEXT NOT NULL,
    "product" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "architecture" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "vcs_identifier" TEXT NOT NULL,
    "misc" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "signed_by" TEXT NOT NULL,
    "delta" BOOLEAN NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "uploaded_at" TIMESTAMPTZ(3) NOT NULL,
    "uploaded_by" TEXT NOT NULL,

    CONSTRAINT "artifact_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "artifact_organization_id_product_uuid_key" ON "artifact" ("organization_id", "product", "uuid");
CREATE INDEX "artifact_organization_id_id_idx" ON "artifact" ("organization_id", "id");

CREATE TABLE "firmware_key" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "public_key" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "firmware_key_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "firmware_key_organization_id_name_key" ON "firmware_key" ("organization_id", "name");
CREATE UNIQUE INDEX "firmware_key_organization_id_public_key_key" ON "firmware_key" ("organization_id", "public_key");

CREATE TABLE "object_removal" (
    "key" UUID NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "object_removal_pkey" PRIMARY KEY ("key")
);

CREATE INDEX "object_removal_due_at_idx" ON "object_removal" ("due_at");

CREATE TABLE "idempotency" (
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "resource_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_pkey" PRIMARY KEY ("key")
);
