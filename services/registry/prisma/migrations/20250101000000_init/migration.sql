-- Organizations and people.
CREATE TABLE "organization" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "tariff" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "organization_created_at_id_idx" ON "organization"("created_at", "id");

CREATE TABLE "person" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "person_email_key" ON "person"("email");

CREATE TABLE "membership" (
    "organization_id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "membership_pkey" PRIMARY KEY ("organization_id", "person_id"),
    CONSTRAINT "membership_role_check" CHECK ("role" IN ('owner', 'admin', 'operator', 'viewer')),
    CONSTRAINT "membership_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "membership_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "membership_person_id_created_at_idx" ON "membership"("person_id", "created_at");

CREATE TABLE "api_key" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "scopes" TEXT[],
    "prefix" TEXT NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "api_key_role_check" CHECK ("role" IN ('owner', 'admin', 'operator', 'viewer')),
    CONSTRAINT "api_key_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "api_key_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "api_key_secret_hash_key" ON "api_key"("secret_hash");
CREATE INDEX "api_key_organization_id_id_idx" ON "api_key"("organization_id", "id");
CREATE INDEX "api_key_person_id_idx" ON "api_key"("person_id");

CREATE TABLE "signing_key" (
    "kid" TEXT NOT NULL,
    "public_jwk" JSONB NOT NULL,
    "sealed_private" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("kid")
);

-- Devices, with their presence in the same row.
CREATE TABLE "device" (
    "id" UUID NOT NULL,
    "number" BIGSERIAL NOT NULL,
    "organization_id" UUID NOT NULL,
    "dialect" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "name" TEXT NOT NULL DEFAULT '',
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "kind" TEXT NOT NULL DEFAULT '',
    "parent_id" UUID,
    "profile" JSONB NOT NULL DEFAULT '{}',
    "firmware" JSONB NOT NULL DEFAULT '{}',
    "reported" JSONB NOT NULL DEFAULT '{}',
    "reported_version" INTEGER NOT NULL DEFAULT 0,
    "desired" JSONB NOT NULL DEFAULT '{}',
    "desired_version" INTEGER NOT NULL DEFAULT 0,
    "facts_epoch" BIGINT NOT NULL DEFAULT 0,
    "facts_sequence" BIGINT NOT NULL DEFAULT -1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "online" BOOLEAN NOT NULL DEFAULT false,
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "edge" TEXT,
    "boot" TEXT,
    "connection_id" TEXT,
    "credential_id" UUID,
    "since" TIMESTAMPTZ(3),
    "last_seen" TIMESTAMPTZ(3),
    "remote_address" TEXT NOT NULL DEFAULT '',
    "reason" TEXT NOT NULL DEFAULT '',
    CONSTRAINT "device_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "device_session_check" CHECK ("online" = ("edge" IS NOT NULL) AND "online" = ("boot" IS NOT NULL) AND (NOT "online" OR "connection_id" IS NOT NULL)),
    CONSTRAINT "device_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "device_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "device"("id") ON DELETE SET NULL ON UPDATE CASCADE
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX "device_number_key" ON "device"("number");
CREATE UNIQUE INDEX "device_dialect_identifier_key" ON "device"("dialect", "identifier");
CREATE INDEX "device_organization_id_id_idx" ON "device"("organization_id", "id");
CREATE INDEX "device_parent_id_idx" ON "device"("parent_id");
CREATE INDEX "device_edge_boot_idx" ON "device"("edge", "boot");

CREATE TABLE "credential" (
    "id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    CONSTRAINT "credential_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "credential_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "credential_device_id_secret_hash_key" ON "credential"("device_id", "secret_hash");
CREATE INDEX "credential_device_id_id_idx" ON "credential"("device_id", "id");

CREATE TABLE "connection" (
    "device_id" UUID NOT NULL,
    "epoch" BIGINT NOT NULL,
    "edge" TEXT NOT NULL,
    "remote_address" TEXT NOT NULL,
    "connected_at" TIMESTAMPTZ(3) NOT NULL,
    "disconnected_at" TIMESTAMPTZ(3),
    "reason" TEXT NOT NULL DEFAULT '',
    CONSTRAINT "connection_pkey" PRIMARY KEY ("device_id", "epoch"),
    CONSTRAINT "connection_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "connection_disconnected_at_idx" ON "connection"("disconnected_at");

-- What must still be published.
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "device_id" UUID NOT NULL,
    "device_number" BIGINT NOT NULL,
    "organization_id" UUID NOT NULL,
    "dialect" TEXT NOT NULL DEFAULT '',
    "identifier" TEXT NOT NULL DEFAULT '',
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "edge" TEXT NOT NULL DEFAULT '',
    "connection_id" TEXT NOT NULL DEFAULT '',
    "reason" TEXT NOT NULL DEFAULT '',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "traceparent" TEXT NOT NULL DEFAULT '',
    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "outbox_kind_check" CHECK ("kind" IN ('connected', 'disconnected', 'deleted'))
);

-- What was done by whom, and what keeps repeated requests from being done twice.
CREATE TABLE "audit" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',
    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "audit_organization_id_id_idx" ON "audit"("organization_id", "id");

CREATE TABLE "idempotency" (
    "actor" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "resource_id" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "idempotency_pkey" PRIMARY KEY ("actor", "key")
);
CREATE INDEX "idempotency_created_at_idx" ON "idempotency"("created_at");

CREATE TABLE "login_attempt" (
    "key" BYTEA NOT NULL,
    "count" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "login_attempt_pkey" PRIMARY KEY ("key")
);
CREATE INDEX "login_attempt_started_at_idx" ON "login_attempt"("started_at");
