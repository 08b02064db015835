BEGIN TRANSACTION;
CREATE TABLE alerts (
	kind TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	CONSTRAINT pk_alerts PRIMARY KEY (kind)
);
CREATE TABLE batches (
	revision INTEGER NOT NULL, 
	mark TEXT NOT NULL, 
	CONSTRAINT pk_batches PRIMARY KEY (revision)
);
CREATE TABLE days (
	day DATE NOT NULL, 
	papers INTEGER NOT NULL, 
	fetched DATETIME NOT NULL, 
	CONSTRAINT pk_days PRIMARY KEY (day)
);
CREATE TABLE deliveries (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	subscription INTEGER NOT NULL, 
	date DATE NOT NULL, 
	part INTEGER NOT NULL, 
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	address TEXT NOT NULL, 
	threaded BOOLEAN NOT NULL, 
	"key" TEXT NOT NULL, 
	"view" JSON NOT NULL, 
	state TEXT NOT NULL, 
	not_before DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	lease DATETIME, 
	fence INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	tried DATETIME, 
	message TEXT NOT NULL, 
	sent_to TEXT NOT NULL, 
	thread TEXT NOT NULL, 
	trouble TEXT NOT NULL, 
	CONSTRAINT uq_deliveries_key UNIQUE ("key"), 
	CONSTRAINT uq_deliveries_subscription_date_part UNIQUE (subscription, date, part), 
	CONSTRAINT fk_deliveries_subscription_digests FOREIGN KEY(subscription, date) REFERENCES digests (subscription, date) ON DELETE CASCADE
);
INSERT INTO "deliveries" VALUES(1,1,'2026-05-28',0,'slack','T1','C1',0,'key-0','{"blocks": []}','pending','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000',NULL,0,0,NULL,'','','','');
INSERT INTO "deliveries" VALUES(2,1,'2026-05-28',1,'slack','T1','C1',0,'key-1','{"blocks": []}','sending','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000',NULL,0,0,NULL,'','','','');
INSERT INTO "deliveries" VALUES(3,1,'2026-05-28',2,'slack','T1','C1',0,'key-2','{"blocks": []}','uncertain','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000',NULL,0,0,NULL,'','','','');
INSERT INTO "deliveries" VALUES(4,1,'2026-05-28',3,'slack','T1','C1',0,'key-3','{"blocks": []}','sent','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000',NULL,0,0,NULL,'','','','');
INSERT INTO "deliveries" VALUES(5,1,'2026-05-28',4,'slack','T1','C1',0,'key-4','{"blocks": []}','dead','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000',NULL,0,0,NULL,'','','','');
CREATE TABLE departures (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_departures PRIMARY KEY (platform, tenant)
);
CREATE TABLE digests (
	subscription INTEGER NOT NULL, 
	date DATE NOT NULL, 
	state TEXT NOT NULL, 
	due DATETIME NOT NULL, 
	until DATETIME NOT NULL, 
	not_before DATETIME NOT NULL, 
	first DATE, 
	last DATE, 
	weighed JSON NOT NULL, 
	reason TEXT NOT NULL, 
	ended DATETIME, 
	CONSTRAINT pk_digests PRIMARY KEY (subscription, date), 
	CONSTRAINT fk_digests_subscription FOREIGN KEY(subscription) REFERENCES subscriptions (id) ON DELETE CASCADE
);
INSERT INTO "digests" VALUES(1,'2026-05-29','planned','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000',NULL,NULL,'[]','planned',NULL);
INSERT INTO "digests" VALUES(1,'2026-05-28','posting','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000',NULL,NULL,'[]','posting',NULL);
INSERT INTO "digests" VALUES(1,'2026-05-27','sent','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000',NULL,NULL,'[]','sent',NULL);
INSERT INTO "digests" VALUES(1,'2026-05-26','quiet','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000',NULL,NULL,'[]','quiet',NULL);
INSERT INTO "digests" VALUES(1,'2026-05-25','skipped','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000','2026-05-29 15:00:00.000000',NULL,NULL,'[]','skipped',NULL);
CREATE TABLE forgotten (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	mark TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_forgotten PRIMARY KEY (platform, tenant, mark)
);
CREATE TABLE lines (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	line TEXT NOT NULL, 
	CONSTRAINT pk_lines PRIMARY KEY (platform, tenant, "key")
);
INSERT INTO "lines" VALUES('slack','T1','k','save 2605.00001');
CREATE TABLE messages (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	address TEXT NOT NULL, 
	message TEXT NOT NULL, 
	papers JSON NOT NULL, 
	sent DATETIME NOT NULL, 
	CONSTRAINT pk_messages PRIMARY KEY (platform, tenant, address, message)
);
INSERT INTO "messages" VALUES('slack','T1','C1','1.2','["2605.00001"]','2026-05-29 15:00:00.000000');
CREATE TABLE nominations (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	paper TEXT NOT NULL, 
	person TEXT NOT NULL, 
	nominated DATETIME NOT NULL, 
	CONSTRAINT pk_nominations PRIMARY KEY (platform, tenant, paper), 
	CONSTRAINT fk_nominations_paper FOREIGN KEY(paper) REFERENCES papers (id)
);
INSERT INTO "nominations" VALUES('terminal','','2605.00003','me','2026-11-27 13:52:21.502996');
CREATE TABLE notes (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	paper TEXT NOT NULL, 
	person TEXT NOT NULL, 
	note TEXT NOT NULL, 
	private BOOLEAN NOT NULL, 
	written DATETIME NOT NULL, 
	CONSTRAINT pk_notes PRIMARY KEY (platform, tenant, paper, person), 
	CONSTRAINT fk_notes_paper FOREIGN KEY(paper) REFERENCES papers (id)
);
INSERT INTO "notes" VALUES('terminal','','2605.00001','me','try this',0,'2026-11-27 13:52:07.711861');
CREATE TABLE paperboy_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT paperboy_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "paperboy_version" VALUES('0008');
CREATE TABLE papers (
	id TEXT NOT NULL, 
	title TEXT NOT NULL, 
	authors JSON NOT NULL, 
	abstract TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	keywords JSON NOT NULL, 
	organization_handle TEXT, 
	organization_name TEXT, 
	submitter_handle TEXT, 
	submitter_name TEXT, 
	published DATE, 
	daily DATE, 
	upvotes INTEGER, 
	comments INTEGER, 
	code TEXT, 
	code_matched BOOLEAN NOT NULL, 
	stars INTEGER, 
	project TEXT, 
	thumbnail TEXT, 
	media JSON NOT NULL, 
	as_of DATETIME NOT NULL, 
	since JSON NOT NULL, 
	revision INTEGER NOT NULL, 
	CONSTRAINT pk_papers PRIMARY KEY (id)
);
INSERT INTO "papers" VALUES('2605.00001','Hebbian Learning','["Ada Lovelace"]','','','[]',NULL,NULL,NULL,NULL,'2026-05-27',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'[]','1970-01-01 00:00:00.000000','{}',1);
INSERT INTO "papers" VALUES('2605.00002','Diffusion and Weather','["Ada Lovelace"]','','','[]',NULL,NULL,NULL,NULL,'2026-05-27',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'[]','1970-01-01 00:00:00.000000','{}',2);
INSERT INTO "papers" VALUES('2605.00003','Graphs','["Ada Lovelace"]','','','[]',NULL,NULL,NULL,NULL,'2026-05-27',NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,'[]','1970-01-01 00:00:00.000000','{}',3);
CREATE TABLE people (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	person TEXT NOT NULL, 
	name TEXT NOT NULL, 
	CONSTRAINT pk_people PRIMARY KEY (platform, tenant, person)
);
CREATE TABLE picks (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	week DATE NOT NULL, 
	paper TEXT NOT NULL, 
	votes INTEGER NOT NULL, 
	tied JSON NOT NULL, 
	person TEXT NOT NULL, 
	picked DATETIME NOT NULL, 
	CONSTRAINT pk_picks PRIMARY KEY (platform, tenant, week), 
	CONSTRAINT fk_picks_paper FOREIGN KEY(paper) REFERENCES papers (id)
);
CREATE TABLE posted (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	address TEXT NOT NULL, 
	paper TEXT NOT NULL, 
	subscription INTEGER NOT NULL, 
	date DATE NOT NULL, 
	CONSTRAINT pk_posted PRIMARY KEY (platform, tenant, address, paper)
);
INSERT INTO "posted" VALUES('slack','T1','C1','2605.00001',1,'2026-05-29');
CREATE TABLE reaction_events (
	"key" TEXT NOT NULL, 
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	address TEXT NOT NULL, 
	message TEXT NOT NULL, 
	emoji TEXT NOT NULL, 
	person TEXT NOT NULL, 
	person_tenant TEXT NOT NULL, 
	name TEXT NOT NULL, 
	private BOOLEAN NOT NULL, 
	added BOOLEAN NOT NULL, 
	at DATETIME, 
	heard DATETIME NOT NULL, 
	CONSTRAINT pk_reaction_events PRIMARY KEY ("key")
);
CREATE TABLE reactions (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	address TEXT NOT NULL, 
	message TEXT NOT NULL, 
	emoji TEXT NOT NULL, 
	person TEXT NOT NULL, 
	present BOOLEAN NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_reactions PRIMARY KEY (platform, tenant, address, message, emoji, person)
);
INSERT INTO "reactions" VALUES('slack','T1','C1','1.2','🔖','U1',1,'2026-05-29 15:00:00.000000');
CREATE TABLE shelf (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	person TEXT NOT NULL, 
	paper TEXT NOT NULL, 
	saved DATETIME NOT NULL, touched DATETIME DEFAULT '1970-01-01 00:00:00.000000' NOT NULL, read DATETIME, private BOOLEAN DEFAULT 1 NOT NULL, address TEXT DEFAULT '' NOT NULL, place TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_shelf PRIMARY KEY (platform, tenant, person, paper), 
	CONSTRAINT fk_shelf_paper FOREIGN KEY(paper) REFERENCES papers (id)
);
INSERT INTO "shelf" VALUES('terminal','','me','2605.00001','2026-11-27 13:52:01.273497','2026-11-27 13:52:07.711861',NULL,0,'here','');
INSERT INTO "shelf" VALUES('terminal','','me','2605.00002','2026-11-27 13:52:11.113017','2026-11-27 13:52:15.280792','2026-11-27 13:52:15.280792',0,'here','');
CREATE TABLE shelf_states (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	person TEXT NOT NULL, 
	state TEXT NOT NULL, 
	CONSTRAINT pk_shelf_states PRIMARY KEY (platform, tenant, person)
);
INSERT INTO "shelf_states" VALUES('terminal','','me','2355eb3d4df33638');
INSERT INTO "shelf_states" VALUES('terminal','','','7fce1bf833c2c262');
CREATE TABLE store (
	id INTEGER NOT NULL CONSTRAINT ck_store_single CHECK (id = 1), 
	identity TEXT NOT NULL, 
	revision INTEGER NOT NULL, 
	CONSTRAINT pk_store PRIMARY KEY (id)
);
INSERT INTO "store" VALUES(1,'5b2d5063cc5e4f438825b494f142f3a4',3);
CREATE TABLE subscriptions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	address TEXT NOT NULL, 
	person TEXT NOT NULL, 
	wishes JSON NOT NULL, 
	made DATETIME NOT NULL, 
	next_date DATE, 
	next_due DATETIME, 
	covered DATE, 
	paused TEXT NOT NULL, 
	refused DATETIME
);
INSERT INTO "subscriptions" VALUES(1,'slack','T1','C1','U1','{"schedule": {"every": "weekly", "at": "09:00", "zone": "Europe/Berlin", "on": [4]}, "papers": 7, "order": "upvotes", "day": "today", "topics": "diffusion", "without": "", "votes": 0, "code": false, "layout": "compact", "quiet": true, "repeats": false}','2026-05-29 15:00:00.000000','2026-05-30','2026-05-29 15:00:00.000000',NULL,'',NULL);
INSERT INTO "subscriptions" VALUES(2,'slack','T1','C2','U1','{"schedule": {"every": "weekly", "at": "09:00", "zone": "Europe/Berlin", "on": [4]}, "papers": 7, "order": "upvotes", "day": "today", "topics": "diffusion", "without": "", "votes": 0, "code": false, "layout": "compact", "quiet": true, "repeats": false}','2026-05-29 15:00:00.000000','2026-05-30','2026-05-29 15:00:00.000000',NULL,'',NULL);
INSERT INTO "subscriptions" VALUES(3,'slack','T1','C3','U1','{"schedule": {"every": "weekly", "at": "09:00", "zone": "Europe/Berlin", "on": [4]}, "papers": 7, "order": "upvotes", "day": "today", "topics": "diffusion", "without": "", "votes": 0, "code": false, "layout": "compact", "quiet": true, "repeats": false}','2026-05-29 15:00:00.000000',NULL,NULL,NULL,'by Ann',NULL);
CREATE TABLE syncs (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	added INTEGER NOT NULL, 
	updated INTEGER NOT NULL, 
	failed TEXT NOT NULL, 
	CONSTRAINT pk_syncs PRIMARY KEY (id)
);
CREATE TABLE tags (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	person TEXT NOT NULL, 
	paper TEXT NOT NULL, 
	tag TEXT NOT NULL, 
	CONSTRAINT pk_tags PRIMARY KEY (platform, tenant, person, paper, tag), 
	CONSTRAINT fk_tags_paper FOREIGN KEY(paper) REFERENCES papers (id)
);
INSERT INTO "tags" VALUES('terminal','','me','2605.00001','memory');
CREATE TABLE votes (
	platform TEXT NOT NULL, 
	tenant TEXT NOT NULL, 
	paper TEXT NOT NULL, 
	person TEXT NOT NULL, 
	voted DATETIME NOT NULL, 
	CONSTRAINT pk_votes PRIMARY KEY (platform, tenant, paper, person), 
	CONSTRAINT fk_votes_paper FOREIGN KEY(paper) REFERENCES papers (id)
);
INSERT INTO "votes" VALUES('terminal','','2605.00002','me','2026-11-27 13:52:18.609769');
INSERT INTO "votes" VALUES('terminal','','2605.00003','me','2026-11-27 13:52:21.502996');
CREATE INDEX ix_papers_daily_upvotes_id ON papers (daily, upvotes, id);
CREATE UNIQUE INDEX ix_papers_revision ON papers (revision);
CREATE INDEX ix_messages_platform_sent ON messages (platform, sent);
CREATE INDEX ix_subscriptions_platform_next_due ON subscriptions (platform, next_due);
CREATE INDEX ix_subscriptions_platform_tenant ON subscriptions (platform, tenant);
CREATE INDEX ix_digests_state_not_before ON digests (state, not_before);
CREATE INDEX ix_deliveries_state_not_before ON deliveries (state, not_before);
CREATE INDEX ix_posted_subscription_date ON posted (subscription, date);
CREATE INDEX ix_shelf_platform_tenant_paper_private ON shelf (platform, tenant, paper, private);
CREATE INDEX ix_tags_platform_tenant_tag ON tags (platform, tenant, tag);
CREATE INDEX ix_tags_platform_tenant_paper ON tags (platform, tenant, paper);
CREATE INDEX ix_shelf_platform_tenant_person_saved_paper ON shelf (platform, tenant, person, saved, paper);
CREATE INDEX ix_shelf_platform_tenant_person_touched_paper ON shelf (platform, tenant, person, touched, paper);
CREATE INDEX ix_shelf_platform_tenant_private_saved_paper ON shelf (platform, tenant, private, saved, paper);
CREATE INDEX ix_shelf_platform_tenant_private_touched_paper ON shelf (platform, tenant, private, touched, paper);
CREATE INDEX ix_reaction_events_platform_heard ON reaction_events (platform, heard);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('subscriptions',3);
INSERT INTO "sqlite_sequence" VALUES('deliveries',5);
COMMIT;
