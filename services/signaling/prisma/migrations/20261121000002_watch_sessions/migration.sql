-- Watch sessions: one viewer at one camera each.
CREATE TABLE "watch_session" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "device_number" BIGINT NOT NULL,
    "user_id" TEXT NOT NULL,
    "api_key" BOOLEAN NOT NULL,
    "viewer_node" TEXT NOT NULL,
    "viewer_boot" TEXT NOT NULL,
    "viewer_connection_id" TEXT NOT NULL,
    "viewer_resumes" BOOLEAN NOT NULL,
    "viewer_lost_at" TIMESTAMPTZ(3),
    "device_node" TEXT NOT NULL,
    "device_connection_id" TEXT NOT NULL,
    "device_epoch" BIGINT NOT NULL,
    "device_resumes" BOOLEAN NOT NULL,
    "device_lost_at" TIMESTAMPTZ(3),
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ready_at" TIMESTAMPTZ(3),
    "offered_at" TIMESTAMPTZ(3),
    "answered_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "reason" TEXT NOT NULL DEFAULT '',
    "deadline_at" TIMESTAMPTZ(3) NOT NULL,
    "step" INTEGER NOT NULL,
    "traceparent" TEXT NOT NULL,

    CONSTRAINT "watch_session_pkey" PRIMARY KEY ("id")
);

-- History, newest first.
CREATE INDEX "watch_session_organization_id_created_at_id_idx" ON "watch_session"("organization_id", "created_at", "id");
CREATE INDEX "watch_session_device_id_created_at_id_idx" ON "watch_session"("device_id", "created_at", "id");
CREATE INDEX "watch_session_ended_at_idx" ON "watch_session"("ended_at");

-- What is asked of sessions that go on: a camera's, a viewer's connection's, an edge process's, and those that are due.
CREATE INDEX "watch_session_active_device_idx" ON "watch_session"("device_number") WHERE "ended_at" IS NULL;
CREATE INDEX "watch_session_active_viewer_idx" ON "watch_session"("viewer_connection_id") WHERE "ended_at" IS NULL;
CREATE INDEX "watch_session_active_edge_idx" ON "watch_session"("viewer_node", "viewer_boot") WHERE "ended_at" IS NULL;
CREATE INDEX "watch_session_due_idx" ON "watch_session"("deadline_at") WHERE "ended_at" IS NULL;
