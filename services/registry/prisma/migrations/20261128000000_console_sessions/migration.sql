-- Consoles that were opened, so that they end with the rights and the edges of their people.
CREATE TABLE "console_session" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "user_id" UUID,
    "api_key_id" UUID,
    "node" TEXT NOT NULL,
    "boot" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "console_session_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "console_session_closed_at_id_idx" ON "console_session" ("closed_at", "id");
