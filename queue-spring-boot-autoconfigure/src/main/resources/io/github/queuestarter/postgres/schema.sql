-- Tables and functions of the Postgres store, version 2. Idempotent; to be run in one transaction, on an empty database as
-- well as on what any earlier version left.
-- parameter: the setting queue.schema, the name of the schema; 'queue' if it is not set
-- answer:    none; queue_meta holds the version afterwards
--
-- With psql:  psql --single-transaction --file schema.sql
-- With another name:  psql --single-transaction --command "set queue.schema = 'other'" --file schema.sql

do $$
declare
  name text := coalesce(nullif(current_setting('queue.schema', true), ''), 'queue');
begin
  if to_regnamespace(quote_ident(name)) is null then
    execute format('create schema %I', name);
  end if;
  perform set_config('queue.schema', name, true);
  perform set_config('search_path', format('%I, pg_temp', name), true);
end $$;

do $$
begin
  -- outside of a transaction the settings above are forgotten by now
  if current_schema() is distinct from current_setting('queue.schema', true) then
    raise exception 'schema.sql must be run in one transaction (psql --single-transaction)';
  end if;
  -- an old script would put its old functions over the new ones
  if to_regclass('queue_meta') is not null then
    if (select m.version from queue_meta m) > 2 then
      raise exception 'the tables of schema % are of version %, newer than this script (version 2)', current_schema(),
        (select m.version from queue_meta m);
    end if;
  end if;
end $$;

-- ---------------------------------------------------------------- tables

create table if not exists queue_meta (
  one boolean primary key default true check (one),
  version int not null,
  system_identifier bigint,
  database_oid oid
);

-- One row that names the transaction that wrote it; 0 while a re-base is under way. A dump or a logical subscription
-- copies the name and writes the row in another transaction, so that this row tells a copy from the original: where the
-- tables were copied to, what they say about transactions means nothing.
-- Nothing may rewrite this table but a re-base: 'alter table' with a rewrite would make it look like a copy.
-- copied: whether the latest re-base found a copy; unfinished, finished: how many messages it made due again and removed
create table if not exists queue_home (
  one boolean primary key default true check (one),
  xid xid8 not null,
  copied boolean not null default false,
  unfinished bigint not null default 0,
  finished bigint not null default 0
);

-- The log. Rows are added, and removed when every group has finished them; never updated.
-- format: null = JSON, t = text, b = bytes in base64, f = fields
create table if not exists queue_message (
  queue text not null,
  lane smallint not null default 0,
  xid xid8 not null default pg_current_xact_id(),
  id bigint generated always as identity,
  message_id uuid not null default gen_random_uuid(),
  sent_at timestamptz not null default clock_timestamp(),
  format "char",
  payload text not null,
  headers jsonb
);
do $$
begin
  -- '… if not exists' would wait for every open transaction that has sent, also if the thing is there
  if not exists (select from pg_attribute a where a.attrelid = 'queue_message'::regclass and a.attname = 'promoted_at') then
    -- when a scheduled message came into the log: its age counts from then
    alter table queue_message add column promoted_at timestamptz;
  end if;
  if to_regclass('queue_message_log') is null then
    create unique index queue_message_log on queue_message (queue, lane, xid, id);
  end if;
  -- without one retention would fail where the table is published to a logical subscriber
  if 'i' <> (select c.relreplident from pg_class c where c.oid = 'queue_message'::regclass) then
    alter table queue_message replica identity using index queue_message_log;
  end if;
end $$;

create table if not exists queue_group (
  queue text not null,
  name text not null,
  paused boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  start_from text not null,
  application text not null,
  primary key (queue, name)
);
-- When somebody who reads as the group last gave a sign of life
alter table queue_group add column if not exists active_at timestamptz not null default clock_timestamp();

-- Before the tables of what consumers hold, as who claims or settles looks here first: locks taken the other way round are
-- deadlocks, and a rescue, which does, is rare
create table if not exists queue_consumer (
  id text primary key,
  beat bigint not null default 0,
  registered_at timestamptz not null default clock_timestamp()
) with (fillfactor = 50);
do $$
begin
  -- '… if not exists' would hold up every heartbeat, also if the column is there
  if not exists (select from pg_attribute a where a.attrelid = 'queue_consumer'::regclass and a.attname = 'groups') then
    -- <queue><line feed><group> of those that it takes messages from; null where an earlier release has registered it
    alter table queue_consumer add column groups text[];
  end if;
end $$;

-- Where a group stands: what is visible in base is behind it; what is visible in head and not in base is its open
-- window, read in the order of (xid, id) up to (after_xid, after_id). Appended, not updated: under a held snapshot
-- the dead versions then lie behind the newest one, and reading it stays one step.
create table if not exists queue_cursor (
  queue text not null,
  group_name text not null,
  lane smallint not null default 0,
  seq bigint not null,
  base pg_snapshot not null,
  head pg_snapshot not null,
  after_xid xid8 not null default '0',
  after_id bigint not null default 0,
  moved_at timestamptz not null default clock_timestamp(),
  primary key (queue, group_name, lane, seq)
);

-- One row per claimed batch, or per message where each is settled in the transaction of its handler. ids: in ascending
-- order; alone: those of them that run alone in their process
create table if not exists queue_delivery (
  id bigint generated always as identity primary key,
  queue text not null,
  group_name text not null,
  lane smallint not null default 0,
  consumer text not null,
  xids xid8[] not null,
  ids bigint[] not null,
  alone bigint[],
  claimed_at timestamptz not null default clock_timestamp()
);
create index if not exists queue_delivery_consumer on queue_delivery (consumer, queue, group_name);
create index if not exists queue_delivery_queue on queue_delivery (queue, group_name);
do $$
begin
  -- a batch of up to 500 fits into its row as it is; to compress two lists of ids and to unpack them took an eighth of
  -- claim and settle
  if exists (select from pg_attribute a where a.attrelid = 'queue_delivery'::regclass and a.attname in ('xids', 'ids')
               and a.attstorage <> 'e') then
    alter table queue_delivery alter column xids set storage external, alter column ids set storage external,
      set (toast_tuple_target = 8160);
  end if;
end $$;

-- Messages that wait for another attempt (consumer is null) or are in it. Those of the log are named by (xid, message);
-- replayed ones carry their own bytes. claims counts the claims, so that a receipt is good for one of them only.
create table if not exists queue_retry (
  id bigint generated always as identity primary key,
  queue text not null,
  group_name text not null,
  lane smallint not null default 0,
  due timestamptz not null,
  consumer text,
  claims int not null default 0,
  alone boolean not null default false,
  failures int not null default 0,
  crashes int not null default 0,
  crashed_alone boolean not null default false,
  suspect boolean not null generated always as (crashes > 0) stored,
  first_failure_at timestamptz,
  xid xid8,
  message bigint,
  message_id uuid,
  sent_at timestamptz,
  format "char",
  payload text,
  headers jsonb
);
create index if not exists queue_retry_due on queue_retry (queue, group_name, suspect, due, id) where consumer is null;
create index if not exists queue_retry_held on queue_retry (consumer, queue, group_name) where consumer is not null;
create index if not exists queue_retry_message on queue_retry (queue, lane, xid, message) where xid is not null;

create table if not exists queue_scheduled (
  id bigint generated always as identity primary key,
  due timestamptz not null,
  queue text not null,
  message_id uuid not null default gen_random_uuid(),
  sent_at timestamptz not null default clock_timestamp(),
  format "char",
  payload text not null,
  headers jsonb
);
do $$
begin
  -- see queue_message_log
  if to_regclass('queue_scheduled_due') is null then
    create index queue_scheduled_due on queue_scheduled (due, id);
  end if;
  if to_regclass('queue_scheduled_queue') is null then
    create index queue_scheduled_queue on queue_scheduled (queue);
  end if;
  if to_regclass('queue_scheduled_message') is null then
    create index queue_scheduled_message on queue_scheduled (message_id);
  end if;
end $$;

create table if not exists queue_dead_letter (
  id bigint generated always as identity primary key,
  queue text not null,
  group_name text not null,
  message_id uuid not null,
  sent_at timestamptz not null,
  format "char",
  payload text not null,
  headers jsonb,
  attempts int not null,
  crashes int not null,
  first_failure_at timestamptz not null,
  last_failure_at timestamptz not null,
  consumer text,
  kind text not null,
  reason text not null,
  exception_class text,
  exception_message text,
  stack_trace text,
  unique (message_id, queue, group_name)
);
create index if not exists queue_dead_letter_order on queue_dead_letter (queue, group_name, id);

-- Queues that somebody reads without a group, see reader_start_v1, and when the last of them gave a sign of life
create table if not exists queue_reader (
  queue text primary key,
  active_at timestamptz not null default clock_timestamp()
);

-- All rows of these come and go. A vacuum that pauses, as is right for tables that stay, is slower than a busy queue, and
-- the table grows for as long as that lasts.
do $$
declare
  t regclass;
begin
  foreach t in array array['queue_message', 'queue_cursor', 'queue_delivery', 'queue_retry', 'queue_scheduled']::regclass[] loop
    -- not where an operator has said something about the table
    if not exists (select from pg_class c, unnest(c.reloptions) o (option)
                    where c.oid = t and o.option like 'autovacuum%') then
      execute format('alter table %s set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0)', t);
    end if;
  end loop;
end $$;

do $$
begin
  if to_regtype('queue_claimed_v1') is null then
    create type queue_claimed_v1 as (outcome text, delivery bigint, id bigint, message_id uuid, sent_at timestamptz,
      format "char", payload text, headers jsonb, xid xid8);
  end if;
end $$;

-- ---------------------------------------------------------------- functions
-- The planner settings: on a fresh or badly analysed table a bitmap or a sort reads the whole backlog per claim, and the
-- cost of a switched-off path alone would start the JIT compiler.

-- Raises an error unless each statement of the calling function sees what was committed before it.
create or replace function require_read_committed_v1() returns void
language plpgsql as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'the queue needs READ COMMITTED, not %', upper(current_setting('transaction_isolation'))
      using errcode = 'QS001';
  end if;
end $$;

-- Raises an error unless the caller may store a snapshot. A snapshot leaves out its own transaction: what that one
-- sends would be lost to a group whose cursor was moved by it.
create or replace function require_own_statement_v1() returns void
language plpgsql as $$
begin
  perform require_read_committed_v1();
  if pg_current_xact_id_if_assigned() is not null then
    raise exception 'this must be a statement of its own, not part of a transaction that has written'
      using errcode = 'QS002';
  end if;
end $$;

-- Raises an error if the tables were copied from another database and not yet re-based. Whoever reads a stored snapshot
-- or moves a cursor asks first: in another cluster an old cursor calls messages finished that nobody has seen.
create or replace function require_home_v1() returns void
language plpgsql as $$
begin
  if not exists (select from queue_home h where h.one and h.xmin = h.xid::xid) then
    raise exception 'the queue''s tables were copied from another database and have not been re-based yet'
      using errcode = 'QS003';
  end if;
end $$;

-- Key of the lock that keeps retention from a queue while a group of it is made.
create or replace function queue_lock_key_v1(q text) returns bigint
language sql stable set search_path from current as $$
  select hashtextextended('queue_message'::regclass::oid::text || '/' || q, 7)
$$;

-- Key of the lock that a claim holds on its group. The claim itself spells it out, to save the call.
create or replace function cursor_lock_key_v1(q text, g text) returns bigint
language sql stable set search_path from current as $$
  select hashtextextended('queue_cursor'::regclass::oid::text || '/' || q || '/' || g, 42)
$$;

-- Makes a group if it is not there.
-- parameters: queue, group, where it starts, see cursor_at_v1 (at a message that is not kept: at the oldest), application
-- answer:     whether it was made; the application that made it
create or replace function create_group_v1(q text, g text, start text, app text, out created boolean, out application text)
language plpgsql set search_path from current as $$
declare
  place record;
begin
  perform require_own_statement_v1();
  select p.application into create_group_v1.application from queue_group p where p.queue = q and p.name = g
     and exists (select from queue_cursor c where c.queue = q and c.group_name = g and c.lane = 0);
  if found then
    created := false;
    return;
  end if;
  -- retention must not remove, unseen, what this group is about to read
  perform pg_advisory_xact_lock(queue_lock_key_v1(q));
  perform require_home_v1();
  select * into place from cursor_at_v1(q, start);
  insert into queue_group as p (queue, name, start_from, application) values (q, g, start, app)
    on conflict do nothing;
  created := found;
  -- under the lock, so that there is one; where only one of the two tables was lost, the other one's row stays
  if not exists (select from queue_cursor c where c.queue = q and c.group_name = g and c.lane = 0) then
    if not created or place.base is null then
      select * into place from cursor_at_v1(q, 'earliest');
    end if;
    created := true;
    insert into queue_cursor (queue, group_name, seq, base, head, after_xid, after_id)
      values (q, g, 1, place.base, place.head, place.after_xid, place.after_id);
  end if;
  select p.application into create_group_v1.application from queue_group p where p.queue = q and p.name = g;
end $$;

-- Claims new messages of a group.
-- parameters: queue, group, consumer, how many at most, whether each message gets a delivery of its own: one that is
--             settled in a long transaction must not lock its neighbours
-- answer:     a row per message (outcome null, with its delivery's id if it has its own), then one row with the outcome and,
--             for 'messages' in one delivery, the delivery's id:
--             'messages' | 'unread' (claimed while others stood in line: they are to be read with read_claimed_v1, by what
--             is in payload) | 'empty' | 'busy' (another claim is at it) | 'paused' | 'lost' (no such group, or its cursor is gone)
--             | 'fenced' (the consumer is not registered)
create or replace function claim_v2(q text, g text, who text, n int, apart boolean) returns setof queue_claimed_v1
language plpgsql rows 100
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  c queue_cursor;
  x xid8;
  stops xid8[];
  lock_key bigint;
  patience text;
  answer queue_claimed_v1;
  is_paused boolean;
  is_registered boolean;
  leaves_unread boolean := false;
  began timestamptz := clock_timestamp();
  taken_xids xid8[] := '{}';
  taken_ids bigint[] := '{}';
  unread_from text;
  part_xids xid8[];
  part_ids bigint[];
  part_bytes bigint;
  part_room int;
  k int := 0;
  bytes bigint := 0;
  most_bytes constant bigint := 16 * 1024 * 1024;
begin
  -- each statement of a claim costs as much as some ten messages, so it has few
  if current_setting('transaction_isolation') <> 'read committed' or pg_current_xact_id_if_assigned() is not null then
    perform require_own_statement_v1();
  end if;
  select p.paused, exists (select from queue_consumer i where i.id = who) into is_paused, is_registered
    from queue_group p where p.queue = q and p.name = g;
  answer.outcome := case when not found then 'lost' when not is_registered then 'fenced' when is_paused then 'paused' end;
  if answer.outcome is not null then
    return next answer;
    return;
  end if;
  lock_key := hashtextextended('queue_cursor'::regclass::oid::text || '/' || q || '/' || g, 42);
  if not pg_try_advisory_xact_lock(lock_key) then
    -- a claim takes a few milliseconds; to stand in line for it costs less than to ask again and again
    leaves_unread := not apart;
    patience := current_setting('lock_timeout');
    begin
      perform set_config('lock_timeout', '20ms', true), pg_advisory_xact_lock(lock_key);
    exception when lock_not_available then
      answer.outcome := 'busy';
      return next answer;
      return;
    end;
    perform set_config('lock_timeout', patience, true);
  end if;
  -- newest first: dead versions of the cursor lie behind, never in front
  select * into c from queue_cursor p
   where p.queue = q and p.group_name = g and p.lane = 0
     and exists (select from queue_home h where h.one and h.xmin = h.xid::xid)
   order by p.queue desc, p.group_name desc, p.lane desc, p.seq desc limit 1;
  if not found then
    perform require_home_v1();
    answer.outcome := 'lost';
    return next answer;
    return;
  end if;
  for round in 1..2 loop
    -- 1. transactions that still ran at base and are finished at head, one after another
    if c.after_xid < pg_snapshot_xmax(c.base) and pg_snapshot_xmin(c.base) <> pg_snapshot_xmax(c.base) then
      for x in select v from pg_snapshot_xip(c.base) v
                where v >= c.after_xid and v < pg_snapshot_xmax(c.head) and pg_visible_in_snapshot(v, c.head) order by v
      loop
        -- first which, then the messages: row by row in this language would take longer than all the rest
        part_room := n - k;
        loop
          select array_agg(m.xid), array_agg(m.id), sum(m.size) into part_xids, part_ids, part_bytes
            from (select m.xid, m.id, octet_length(m.payload) as size from queue_message m
                   where m.queue = q and m.lane = 0 and m.xid = x
                     and m.id > case when c.after_xid = x then c.after_id else -1 end
                   order by m.queue, m.lane, m.xid, m.id limit part_room) m;
          exit when part_ids is null or cardinality(part_ids) = 1 or bytes + part_bytes <= most_bytes;
          part_room := cardinality(part_ids) / 2;
        end loop;
        if part_ids is not null then
          if not apart then
            return query
              select null::text, null::bigint, m.id, m.message_id, m.sent_at, m.format, m.payload, m.headers, m.xid
                from queue_message m
               where m.queue = q and m.lane = 0 and m.xid = x
                 and m.id > case when c.after_xid = x then c.after_id else -1 end
               order by m.queue, m.lane, m.xid, m.id limit cardinality(part_ids);
          end if;
          taken_xids := taken_xids || part_xids;
          taken_ids := taken_ids || part_ids;
          c.after_xid := part_xids[cardinality(part_ids)];
          c.after_id := part_ids[cardinality(part_ids)];
          -- what is left of this part because of its size must not be stepped over
          bytes := case when part_room < n - k then most_bytes else bytes + part_bytes end;
          k := k + cardinality(part_ids);
        end if;
        exit when k >= n or bytes >= most_bytes;
      end loop;
    end if;
    -- 2. transactions that began after base: the stretches between those that still run at head. What was taken before
    -- them is read already, and a claim is read in one way
    leaves_unread := leaves_unread and k = 0;
    if k < n and bytes < most_bytes then
      if c.after_xid < pg_snapshot_xmax(c.base) then
        c.after_xid := pg_snapshot_xmax(c.base);
        c.after_id := 0;
      end if;
      stops := array[pg_snapshot_xmax(c.head)];
      if pg_snapshot_xmin(c.head) <> stops[1] then
        stops := array(select v from pg_snapshot_xip(c.head) v where v >= c.after_xid order by v) || stops;
      end if;
      unread_from := concat_ws(',', c.after_xid, c.after_id);
      foreach x in array stops loop
        part_room := n - k;
        loop
          select array_agg(m.xid), array_agg(m.id), sum(m.size) into part_xids, part_ids, part_bytes
            from (select m.xid, m.id, octet_length(m.payload) as size from queue_message m
                   where m.queue = q and m.lane = 0 and (m.xid, m.id) > (c.after_xid, c.after_id) and m.xid < x
                   order by m.queue, m.lane, m.xid, m.id limit part_room) m;
          exit when part_ids is null or cardinality(part_ids) = 1 or bytes + part_bytes <= most_bytes;
          part_room := cardinality(part_ids) / 2;
        end loop;
        if part_ids is not null then
          if not apart and not leaves_unread then
            return query
              select null::text, null::bigint, m.id, m.message_id, m.sent_at, m.format, m.payload, m.headers, m.xid
                from queue_message m
               where m.queue = q and m.lane = 0 and (m.xid, m.id) > (c.after_xid, c.after_id) and m.xid < x
               order by m.queue, m.lane, m.xid, m.id limit cardinality(part_ids);
          end if;
          taken_xids := taken_xids || part_xids;
          taken_ids := taken_ids || part_ids;
          c.after_xid := part_xids[cardinality(part_ids)];
          c.after_id := part_ids[cardinality(part_ids)];
          -- what is left of this part because of its size must not be stepped over
          bytes := case when part_room < n - k then most_bytes else bytes + part_bytes end;
          k := k + cardinality(part_ids);
        end if;
        exit when k >= n or bytes >= most_bytes;
        -- step over the running one
        c.after_xid := x;
        c.after_id := 9223372036854775807;
      end loop;
    end if;
    exit when k > 0;
    -- the window is read out: open the next one, once
    if round = 1 then
      c.base := c.head;
      c.head := pg_current_snapshot();
      c.after_xid := '0';
      c.after_id := 0;
    end if;
  end loop;
  -- an idle poll writes nothing, unless it had to read much to find nothing
  if k > 0 and not apart then
    if leaves_unread then
      -- those that are waited for may be committed by the time this is read
      answer.payload := concat_ws(',', unread_from, taken_xids[k], taken_ids[k], array_to_string(stops, ','));
    end if;
    -- one transaction's are in order
    if taken_xids[1] <> taken_xids[k] then
      select array_agg(u.xid order by u.id), array_agg(u.id order by u.id) into taken_xids, taken_ids
        from unnest(taken_xids, taken_ids) u (xid, id);
    end if;
    with ahead as (
      insert into queue_cursor (queue, group_name, lane, seq, base, head, after_xid, after_id)
      values (q, g, 0, c.seq + 1, c.base, c.head, c.after_xid, c.after_id)),
    behind as (
      delete from queue_cursor p where p.queue = q and p.group_name = g and p.lane = 0 and p.seq = c.seq)
    insert into queue_delivery (queue, group_name, consumer, xids, ids) values (q, g, who, taken_xids, taken_ids)
      returning id into answer.delivery;
  elsif k > 0 or clock_timestamp() > began + interval '20 milliseconds' then
    insert into queue_cursor (queue, group_name, lane, seq, base, head, after_xid, after_id)
      values (q, g, 0, c.seq + 1, c.base, c.head, c.after_xid, c.after_id);
    delete from queue_cursor p where p.queue = q and p.group_name = g and p.lane = 0 and p.seq = c.seq;
  end if;
  if k > 0 and apart then
    return query
      with own as (
        insert into queue_delivery (queue, group_name, consumer, xids, ids)
        select q, g, who, array[u.xid], array[u.id] from unnest(taken_xids, taken_ids) u (xid, id)
        returning queue_delivery.id as delivery, queue_delivery.xids[1] as xid, queue_delivery.ids[1] as message)
      select null::text, o.delivery, m.*
        from own o
        -- the limit keeps this a look at one row each: as a join it may begin with the whole backlog
        cross join lateral (
          select m.id, m.message_id, m.sent_at, m.format, m.payload, m.headers, m.xid from queue_message m
           where m.queue = q and m.lane = 0 and m.xid = o.xid and m.id = o.message limit 1) m
       order by o.xid, o.message;
  end if;
  answer.outcome := case when k = 0 then 'empty' when answer.payload is null then 'messages' else 'unread' end;
  return next answer;
end $$;

-- Reads what a claim has left unread: with the lock of the group given back, while the next one claims.
-- parameters: queue, consumer, delivery and payload of the claim's answer
-- answer:     a row per message, in its order; none if the consumer does not hold the delivery any more
create or replace function read_claimed_v1(q text, who text, which bigint, place text) returns setof queue_claimed_v1
language plpgsql rows 100
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  parts text[] := string_to_array(place, ',');
  after_xid xid8 := parts[1];
  after_id bigint := parts[2];
  last_xid xid8 := parts[3];
  last_id bigint := parts[4];
  x xid8;
  -- as long as nobody has read it, nothing of it is settled
  room int := (select cardinality(d.ids) from queue_delivery d where d.id = which and d.consumer = who);
  found_here int;
begin
  if room is null then
    return;
  end if;
  -- over what was passed over one must not walk: it may be an import
  foreach x in array parts[5:]::xid8[] loop
    return query
      select null::text, null::bigint, m.id, m.message_id, m.sent_at, m.format, m.payload, m.headers, m.xid
        from queue_message m
       where m.queue = q and m.lane = 0 and (m.xid, m.id) > (after_xid, after_id) and m.xid < x
         -- the last place not as '<=', which the index would look at: Postgres 17 then forgets '< x'
         and m.xid <= last_xid and not (m.xid, m.id) > (last_xid, last_id)
       order by m.queue, m.lane, m.xid, m.id limit room;
    get diagnostics found_here = row_count;
    room := room - found_here;
    exit when room = 0 or x > last_xid;
    after_xid := x;
    after_id := 9223372036854775807;
  end loop;
end $$;

-- Which groups a claim may bring something for. Never says no where it would. Like a claim it decides per transaction
-- before it touches its rows: a running import costs nothing.
-- parameters: queues; groups, one for each
-- answer:     positions, from 1; a group that is gone is among them, one that is paused is not
create or replace function news_v1(queues text[], groups text[]) returns setof int
language plpgsql
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  present pg_snapshot := pg_current_snapshot();
  -- those that run now, and the end
  bounds xid8[] := array(select v from pg_snapshot_xip(present) v order by v) || pg_snapshot_xmax(present);
  c queue_cursor;
  q text;
  x xid8;
  from_xid xid8;
  from_id bigint;
  wanted boolean;
begin
  perform require_home_v1();
  for i in 1..cardinality(queues) loop
    q := queues[i];
    continue when exists (select from queue_group p where p.queue = q and p.name = groups[i] and p.paused);
    select * into c from queue_cursor p where p.queue = q and p.group_name = groups[i] and p.lane = 0
     order by p.queue desc, p.group_name desc, p.lane desc, p.seq desc limit 1;
    wanted := not found;
    -- transactions that ran at base or at head, are finished now, and are not read; mostly there were none
    if not wanted and (pg_snapshot_xmin(c.base) < pg_snapshot_xmax(c.base)
                       or pg_snapshot_xmin(c.head) < pg_snapshot_xmax(c.head)) then
      for x in select v from pg_snapshot_xip(c.base) v
                where pg_visible_in_snapshot(v, present)
                  and not (pg_visible_in_snapshot(v, c.head) and v < c.after_xid)
               union
               select v from pg_snapshot_xip(c.head) v
                where v >= pg_snapshot_xmax(c.base) and pg_visible_in_snapshot(v, present)
      loop
        wanted := exists (
          select from queue_message m
           where m.queue = q and m.lane = 0 and m.xid = x
             and m.id > case when c.after_xid = x and pg_visible_in_snapshot(x, c.head) then c.after_id else -1 end);
        exit when wanted;
      end loop;
    end if;
    -- the stretches of later ones between those that run now
    if not wanted then
      from_xid := greatest(c.after_xid, pg_snapshot_xmax(c.base));
      from_id := case when c.after_xid >= pg_snapshot_xmax(c.base) then c.after_id else -1 end;
      if from_xid >= pg_snapshot_xmax(c.head) then
        from_xid := pg_snapshot_xmax(c.head);
        from_id := -1;
      end if;
      foreach x in array bounds loop
        continue when x < from_xid;
        wanted := exists (
          select from queue_message m
           where m.queue = q and m.lane = 0 and (m.xid, m.id) > (from_xid, from_id) and m.xid < x);
        exit when wanted;
        from_xid := x;
        from_id := 9223372036854775807;
      end loop;
    end if;
    if wanted then
      return next i;
    end if;
  end loop;
end $$;

-- Claims due retries for several groups, suspects first.
-- parameters: per group: queue, group, consumer, how many at most, how many of them suspects, a due time before which
--             there is none
-- answer:     a row per message (retry is not null), and per group one row without one: next_in are the milliseconds
--             until the earliest due time that is left; low is a due time before which there will be none, but for what
--             took more than 5 seconds to commit. A message whose row in the log is gone has no message_id.
create or replace function due_v1(queues text[], groups text[], consumers text[], rooms int[], suspects int[],
  lows timestamptz[])
returns table (source int, retry bigint, claim int, message_id uuid, sent_at timestamptz, format "char", payload text,
  headers jsonb, failures int, crashes int, crashed_alone boolean, first_failure_at timestamptz,
  low timestamptz, next_in bigint)
language plpgsql rows 100
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  moment timestamptz := clock_timestamp();
  next_due timestamptz;
  room int;
  got int;
  s boolean;
begin
  perform require_read_committed_v1();
  for i in 1..cardinality(queues) loop
    if exists (select from queue_group p where p.queue = queues[i] and p.name = groups[i] and not p.paused)
       and exists (select from queue_consumer p where p.id = consumers[i]) then
      room := rooms[i];
      foreach s in array array[true, false] loop
        return query
          with picked as materialized (
            select r.id from queue_retry r
             where r.queue = queues[i] and r.group_name = groups[i] and r.consumer is null and r.suspect = s
               and r.due >= lows[i] and r.due <= moment
             order by r.queue, r.group_name, r.suspect, r.due, r.id
             limit case when s then least(room, suspects[i]) else room end
             for update skip locked),
          taken as (
            update queue_retry r set consumer = consumers[i], claims = r.claims + 1, alone = false
              from picked p where r.id = p.id returning r.*)
          select i, t.id, t.claims, coalesce(t.message_id, m.message_id), coalesce(t.sent_at, m.sent_at),
                 case when t.xid is null then t.format else m.format end, coalesce(t.payload, m.payload),
                 case when t.xid is null then t.headers else m.headers end,
                 t.failures, t.crashes, t.crashed_alone, t.first_failure_at, null::timestamptz, null::bigint
            from taken t
            left join queue_message m
              on m.queue = t.queue and m.lane = t.lane and m.xid = t.xid and m.id = t.message;
        get diagnostics got = row_count;
        room := room - got;
      end loop;
      source := i;
      next_due := least(
        (select r.due from queue_retry r
          where r.queue = queues[i] and r.group_name = groups[i] and r.consumer is null and r.suspect = true
            and r.due >= lows[i]
          order by r.queue, r.group_name, r.suspect, r.due limit 1),
        (select r.due from queue_retry r
          where r.queue = queues[i] and r.group_name = groups[i] and r.consumer is null and r.suspect = false
            and r.due >= lows[i]
          order by r.queue, r.group_name, r.suspect, r.due limit 1));
      next_in := ceil(extract(epoch from next_due - moment) * 1000);
      low := least(next_due, moment - interval '5 seconds');
      return next;
    end if;
  end loop;
end $$;

-- Moves scheduled messages that are due into the log, each at most once over all instances.
-- parameters: a due time before which there is none, how many at most
-- answer:     how many were moved, by queue
create or replace function promote_v1(low timestamptz, most int) returns table (queue text, moved bigint)
language plpgsql
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
#variable_conflict use_column
declare
  -- with the function itself in its place the index would be read to its end, over all that is not due for years
  moment timestamptz := clock_timestamp();
begin
  perform require_read_committed_v1();
  return query
    with picked as materialized (
      select s.id from queue_scheduled s where s.due >= low and s.due <= moment
       order by s.due, s.id limit most for update skip locked),
    gone as (
      delete from queue_scheduled s using picked p where s.id = p.id returning s.*),
    put as (
      insert into queue_message (queue, message_id, sent_at, promoted_at, format, payload, headers)
      select s.queue, s.message_id, s.sent_at, moment, s.format, s.payload, s.headers
        from gone s order by s.due, s.id
      returning queue)
    select p.queue, count(*) from put p group by p.queue;
end $$;

-- Looks once for all that is due: claims retries as due_v1 does and moves scheduled messages as promote_v1 does. A move
-- that fails costs nothing of the rest.
-- parameters: those of due_v1, then those of promote_v1
-- answer:     the rows of due_v1; then, with source null, a row per queue into which messages were moved; then one with
--             next_in, the milliseconds until the next scheduled message is due, or the problem that kept them from
--             being moved
create or replace function look_v1(queues text[], groups text[], consumers text[], rooms int[], suspects int[],
  lows timestamptz[], scheduled_low timestamptz, most int)
returns table (source int, retry bigint, claim int, message_id uuid, sent_at timestamptz, format "char", payload text,
  headers jsonb, failures int, crashes int, crashed_alone boolean, first_failure_at timestamptz,
  low timestamptz, next_in bigint, queue text, moved bigint, problem text, problem_state text)
language plpgsql rows 100
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
#variable_conflict use_column
declare
  moment timestamptz := clock_timestamp();
begin
  return query
    select d.source, d.retry, d.claim, d.message_id, d.sent_at, d.format, d.payload, d.headers, d.failures, d.crashes,
           d.crashed_alone, d.first_failure_at, d.low, d.next_in, null::text, null::bigint, null::text, null::text
      from due_v1(queues, groups, consumers, rooms, suspects, lows) d;
  begin
    return query
      select null::int, null::bigint, null::int, null::uuid, null::timestamptz, null::"char", null::text, null::jsonb,
             null::int, null::int, null::boolean, null::timestamptz, null::timestamptz, null::bigint, p.queue, p.moved,
             null::text, null::text
        from promote_v1(scheduled_low, most) p;
    next_in := (
      select ceil(extract(epoch from s.due - moment) * 1000) from queue_scheduled s
       where s.due > moment and s.due < 'infinity' order by s.due, s.id limit 1);
  exception when others then
    problem := sqlerrm;
    problem_state := sqlstate;
  end;
  return next;
end $$;

-- Name of the channel on which the store's instances wake each other. A payload is '<what>:<sender>:<name>', where what is
--   sent   there are new messages in the queue of that name
--   due    something of that queue, of all if the name is empty, is due now or soon
--   probe  a sign of life that only its sender reads
-- and sender is a word of the sender's own, which lets it know its own signals, or empty. From SQL:
--   pg_notify(wakeup_channel_v1(), 'sent::' || queue)
create or replace function wakeup_channel_v1() returns text
language sql stable set search_path from current as $$
  select 'queue_wakeup_' || md5(current_schema())
$$;

-- Settles messages that a consumer holds in one group.
-- parameters: consumer, queue, group; the ids of the deliveries concerned, and the position of the last message of
--             each; then per message, in the order of these deliveries and ascending ids: its delivery and id, or its
--             retry and claim, the others null (where there is no retry, the arrays but that of ids may be null); kinds
--             (a ack, r retry, l release, b bury; null: all are acks), waiting time in milliseconds, and the failure. Arrays after kinds may be null if no kind needs them.
-- answer:     positions, from 1, of the messages that the consumer does not hold
create or replace function settle_v1(who text, q text, g text, batches bigint[], ends int[], deliveries bigint[],
  messages bigint[], retries bigint[], retry_claims int[], kinds "char"[], waits bigint[], failure_kinds text[], reasons text[],
  classes text[], texts text[], traces text[])
returns setof int
language plpgsql
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  moment timestamptz := clock_timestamp();
  whole bigint[] := '{}';
  held bigint[] := '{}';
  held_retries bigint[] := '{}';
  start int;
  done int := 0;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    perform require_read_committed_v1();
  end if;
  if not exists (select from queue_consumer i where i.id = who) then
    return query select * from generate_subscripts(messages, 1);
    return;
  end if;
  if kinds is null then
    -- whole batches that are done are the common case
    for b in 1..cardinality(batches) loop
      start := case when b = 1 then 1 else ends[b - 1] + 1 end;
      delete from queue_delivery d
       where d.id = batches[b] and (d.consumer, d.queue, d.group_name) is not distinct from (who, q, g)
         and d.ids = messages[start:ends[b]];
      if not found then
        -- or the first ones of a batch, as a single worker finishes them
        update queue_delivery d
           set xids = d.xids[ends[b] - start + 2:], ids = d.ids[ends[b] - start + 2:]
         where d.id = batches[b] and (d.consumer, d.queue, d.group_name) is not distinct from (who, q, g)
           and d.ids[:ends[b] - start + 1] = messages[start:ends[b]] and cardinality(d.ids) > ends[b] - start + 1;
      end if;
      if found then
        whole := whole || batches[b];
        done := done + ends[b] - start + 1;
      end if;
    end loop;
    if done = cardinality(messages) then
      return;
    end if;
  end if;
  if deliveries is null then
    deliveries := array(
      select i.batch from unnest(batches, ends) with ordinality i (batch, last, n),
             generate_series(coalesce(ends[i.n - 1], 0) + 1, i.last)
       order by i.n);
  end if;
  if cardinality(whole) > 0 then
    held := array(select i.n from unnest(deliveries) with ordinality i (delivery, n) where i.delivery = any (whole));
    batches := array(select b from unnest(batches) b where b <> all (whole));
  end if;
  if cardinality(batches) > 0 then
    -- a statement of its own, so that the next one sees what the last holder of these locks committed; only the
    -- primary key may lead to the rows, as the others walk over all that the group has in flight
    batches := array(
      select d.id from queue_delivery d
       where d.id = any (batches) and (d.consumer, d.queue, d.group_name) is not distinct from (who, q, g)
       order by d.id for update);
    with holding as materialized (
      select d.id as delivery, u.xid, u.message from queue_delivery d, unnest(d.xids, d.ids) u (xid, message)
       where d.id = any (batches)),
    taken as materialized (
      select i.n, h.delivery, h.xid, h.message
        from unnest(deliveries, messages) with ordinality i (delivery, message, n)
        join holding h on h.delivery = i.delivery and h.message = i.message),
    remaining as materialized (
      select h.delivery, array_agg(h.xid order by h.message) as xids, array_agg(h.message order by h.message) as ids
        from holding h
       where not exists (select from taken t where t.delivery = h.delivery and t.message = h.message)
       group by h.delivery),
    emptied as (
      delete from queue_delivery d
       where d.id in (select h.delivery from holding h) and d.id not in (select r.delivery from remaining r)),
    shrunk as (
      update queue_delivery d set xids = r.xids, ids = r.ids from remaining r where d.id = r.delivery),
    again as (
      insert into queue_retry (queue, group_name, due, failures, first_failure_at, xid, message)
      select q, g, moment + waits[t.n] * interval '1 millisecond', (kinds[t.n] = 'r')::int,
             case when kinds[t.n] = 'r' then moment end, t.xid, t.message
        from taken t where kinds[t.n] in ('r', 'l')),
    buried as (
      insert into queue_dead_letter as l (queue, group_name, message_id, sent_at, format, payload, headers, attempts,
        crashes, first_failure_at, last_failure_at, consumer, kind, reason, exception_class, exception_message,
        stack_trace)
      select q, g, m.message_id, m.sent_at, m.format, m.payload, m.headers, 1, 0, moment, moment, who,
             failure_kinds[t.n], reasons[t.n], classes[t.n], texts[t.n], traces[t.n]
        from taken t
        join queue_message m on m.queue = q and m.lane = 0 and m.xid = t.xid and m.id = t.message
       where kinds[t.n] = 'b'
      on conflict (queue, group_name, message_id) do update set attempts = excluded.attempts,
        crashes = excluded.crashes, last_failure_at = excluded.last_failure_at, consumer = excluded.consumer,
        kind = excluded.kind, reason = excluded.reason, exception_class = excluded.exception_class,
        exception_message = excluded.exception_message, stack_trace = excluded.stack_trace)
    select held || coalesce(array_agg(t.n), '{}') into held from taken t;
  end if;
  if cardinality(held) < cardinality(messages) then
    perform from queue_retry r where r.id = any (retries) and r.consumer is not distinct from who
     order by r.id for update;
    with taken as materialized (
      select i.n, coalesce(kinds[i.n], 'a') as as_kind, r.*
        from unnest(retries, retry_claims) with ordinality i (retry, claim, n)
        join queue_retry r on r.id = i.retry and r.claims = i.claim
       where (r.consumer, r.queue, r.group_name) is not distinct from (who, q, g)),
    buried as (
      insert into queue_dead_letter as l (queue, group_name, message_id, sent_at, format, payload, headers, attempts,
        crashes, first_failure_at, last_failure_at, consumer, kind, reason, exception_class, exception_message,
        stack_trace)
      select q, g, coalesce(t.message_id, m.message_id), coalesce(t.sent_at, m.sent_at),
             case when t.xid is null then t.format else m.format end, coalesce(t.payload, m.payload),
             case when t.xid is null then t.headers else m.headers end,
             t.failures + 1, t.crashes, coalesce(t.first_failure_at, moment), moment, who,
             failure_kinds[t.n], reasons[t.n], classes[t.n], texts[t.n], traces[t.n]
        from taken t
        left join queue_message m on m.queue = t.queue and m.lane = t.lane and m.xid = t.xid and m.id = t.message
       where t.as_kind = 'b'
      on conflict (queue, group_name, message_id) do update set attempts = excluded.attempts,
        crashes = excluded.crashes, last_failure_at = excluded.last_failure_at, consumer = excluded.consumer,
        kind = excluded.kind, reason = excluded.reason, exception_class = excluded.exception_class,
        exception_message = excluded.exception_message, stack_trace = excluded.stack_trace),
    gone as (
      delete from queue_retry r using taken t where r.id = t.id and t.as_kind in ('a', 'b')),
    again as (
      update queue_retry r
         set consumer = null, alone = false, due = moment + waits[t.n] * interval '1 millisecond',
             failures = r.failures + (t.as_kind = 'r')::int,
             first_failure_at = case when t.as_kind = 'r' then coalesce(r.first_failure_at, moment)
                                     else r.first_failure_at end
        from taken t where r.id = t.id and t.as_kind in ('r', 'l'))
    select coalesce(array_agg(t.n), '{}') into held_retries from taken t;
  end if;
  if cardinality(held) + cardinality(held_retries) < cardinality(messages) then
    return query
      select n from generate_subscripts(messages, 1) n
       where n <> all (held) and n <> all (held_retries) order by n;
  end if;
end $$;

-- Marks a message that is about to run alone in its process.
-- parameters: consumer, its delivery and id, or its retry and claim, the others null
-- answer:     whether the consumer holds it
create or replace function runs_alone_v1(who text, in_delivery bigint, in_message bigint, in_retry bigint, in_claim int)
returns boolean
language plpgsql
set search_path from current set enable_seqscan = off set jit = off
as $$
begin
  perform require_read_committed_v1();
  if not exists (select from queue_consumer i where i.id = who) then
    return false;
  end if;
  if in_retry is null then
    update queue_delivery d set alone = d.alone || in_message
     where d.id = in_delivery and d.consumer = who and d.ids @> array[in_message];
  else
    update queue_retry r set alone = true where r.id = in_retry and r.claims = in_claim and r.consumer = who;
  end if;
  return found;
end $$;

-- Makes what unregistered consumers hold due at once, with one crash counted.
-- parameters: none
-- answer:     how many messages, by group
create or replace function rescue_v1() returns table (queue text, group_name text, rescued bigint)
language plpgsql
set search_path from current set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
#variable_conflict use_column
declare
  lost_deliveries bigint[];
  lost_retries bigint[];
begin
  perform require_read_committed_v1();
  -- by holdings, not by a list of the dead: a claim that was in progress during the fence is found by the next round
  select array_agg(s.id) into lost_deliveries from (
    select d.id from queue_delivery d
     where not exists (select from queue_consumer i where i.id = d.consumer) for update skip locked) s;
  select array_agg(s.id) into lost_retries from (
    select r.id from queue_retry r
     where r.consumer is not null and not exists (select from queue_consumer i where i.id = r.consumer)
       for update skip locked) s;
  if lost_deliveries is null and lost_retries is null then
    return;
  end if;
  return query
    with gone as (
      delete from queue_delivery d where d.id = any (lost_deliveries) returning d.*),
    spread as (
      insert into queue_retry (queue, group_name, lane, due, crashes, crashed_alone, xid, message)
      select d.queue, d.group_name, d.lane, clock_timestamp(), 1, coalesce(u.message = any (d.alone), false), u.xid,
             u.message
        from gone d, unnest(d.xids, d.ids) u (xid, message)
      returning queue, group_name),
    back as (
      update queue_retry r
         set consumer = null, due = clock_timestamp(), crashes = r.crashes + 1,
             crashed_alone = r.crashed_alone or r.alone, alone = false
       where r.id = any (lost_retries)
         -- another rescue may have freed it, and a live consumer claimed it, before it was locked above: an anti-join
         -- is not asked again for the newer version of a row
         and not exists (select from queue_consumer i where i.id = r.consumer)
      returning r.queue, r.group_name)
    select s.queue, s.group_name, count(*) from (select * from spread union all select * from back) s
     group by s.queue, s.group_name;
end $$;

-- Gives back what a consumer holds, uncounted, and removes its registration.
-- parameters: consumer
-- answer:     none
create or replace function retire_v1(who text) returns void
language plpgsql
set search_path from current set enable_seqscan = off set jit = off
as $$
begin
  perform require_read_committed_v1();
  -- first the registration: a settle or a claim that comes later is refused
  delete from queue_consumer i where i.id = who;
  with gone as (
    delete from queue_delivery d where d.consumer = who returning d.*)
  insert into queue_retry (queue, group_name, lane, due, xid, message)
  select d.queue, d.group_name, d.lane, clock_timestamp(), u.xid, u.message
    from gone d, unnest(d.xids, d.ids) u (xid, message);
  update queue_retry r set consumer = null, due = clock_timestamp(), alone = false where r.consumer = who;
end $$;

-- Names the world in which places in the log mean something: with a re-base it becomes another.
-- parameters: none
-- answer:     cluster, database, and the transaction that made the tables at home there; null while they are not
create or replace function home_v1() returns text
language sql stable
set search_path from current
as $$
  select concat_ws('/', m.system_identifier, m.database_oid, h.xid) from queue_meta m, queue_home h
   where h.one and h.xmin = h.xid::xid
$$;

-- The last message of a queue that is not among its newest.
-- parameters: queue, how many are the newest
-- answer:     its place in the log; nothing if there are not so many
create or replace function length_bound_v1(q text, n bigint, out xid xid8, out id bigint)
language sql stable
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
  select m.xid, m.id from queue_message m where m.queue = q and m.lane = 0
   order by m.queue desc, m.lane desc, m.xid desc, m.id desc offset n limit 1
$$;

-- Removes messages that need not be kept. One statement over cursors, deliveries, retries and messages: two would
-- remove a message that moves from one to the other.
-- parameters: queue; how long finished messages are kept; the limits: a greatest age and the last place in the log
--             that is beyond the greatest length, each may be null; whether the limits hold for messages that a group
--             has not claimed yet, too; how long a queue without a group keeps messages; where to begin, how many
--             messages to look at
-- answer:     how many were removed that all groups had finished; that were beyond a limit and not finished; that were
--             too old in a queue without a group; where to go on, null at the end
create or replace function remove_finished_v2(q text, keep interval, max_age interval, length_xid xid8, length_id bigint,
  lossy boolean, unclaimed interval, from_xid xid8, from_id bigint, most int,
  out finished bigint, out trimmed bigint, out abandoned bigint, out next_xid xid8, out next_id bigint)
language plpgsql
set search_path from current set lock_timeout = '200ms'
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
declare
  moment timestamptz := clock_timestamp();
  dropping boolean := false;
  to_drop bigint;
  removed bigint[];
begin
  perform require_read_committed_v1();
  finished := 0;
  trimmed := 0;
  abandoned := 0;
  -- taken by one instance at a time, and by the making of a group
  if not pg_try_advisory_xact_lock(queue_lock_key_v1(q)) then
    return;
  end if;
  perform require_home_v1();
  loop
    with cursors as materialized (
      select c.* from queue_group p
        left join lateral (
          select c.base, c.head, c.after_xid, c.after_id from queue_cursor c
           where c.queue = q and c.group_name = p.name and c.lane = 0
           order by c.queue desc, c.group_name desc, c.lane desc, c.seq desc limit 1) c on true
       where p.queue = q),
    scanned as materialized (
      select m.ctid as place, m.xid, m.id, coalesce(m.promoted_at, m.sent_at) as since from queue_message m
       where m.queue = q and m.lane = 0 and (m.xid, m.id) > (from_xid, from_id)
       order by m.queue, m.lane, m.xid, m.id limit most),
    in_flight as materialized (
      select u.xid, u.message from queue_delivery d, unnest(d.xids, d.ids) u (xid, message) where d.queue = q),
    settled as materialized (
      select s.place, s.xid, s.id, s.since,
             coalesce(s.since <= moment - max_age, false)
               or coalesce((s.xid, s.id) <= (length_xid, length_id), false) as beyond,
             -- what is older than all that the cursors still wait for needs no closer look
             coalesce(s.xid < (select pg_snapshot_xmin(c.base) from cursors c order by 1 nulls first limit 1), false)
               or not exists (
               select from cursors c
                where not coalesce(pg_visible_in_snapshot(s.xid, c.base)
                  or (pg_visible_in_snapshot(s.xid, c.head) and (s.xid, s.id) <= (c.after_xid, c.after_id)), false))
               as read_by_all
        from scanned s
       -- looked up, not joined: to a table that was never analysed a join compares each with all
       where (s.xid, s.id) not in (select f.xid, f.message from in_flight f)
         and (not exists (select from queue_retry r where r.queue = q and r.lane = 0 and r.xid is not null)
           or not exists (
             select from queue_retry r where r.queue = q and r.lane = 0 and r.xid = s.xid and r.message = s.id))),
    judged as materialized (
      select t.place,
             case when exists (select from cursors) and t.read_by_all
                  then case when t.beyond or t.since <= moment - keep then 'finished' end
                  when t.beyond and lossy then 'beyond'
                  when not exists (select from cursors) and t.since <= moment - unclaimed then 'unclaimed' end as verdict
        from settled t),
    gone as (
      -- no other statement moves a row of the log, so its place leads to it without the index
      delete from queue_message m using judged j
       where m.ctid = j.place
         and (j.verdict in ('finished', 'unclaimed') or (j.verdict = 'beyond' and dropping))
      returning j.verdict),
    counted as (
      select count(*) filter (where g.verdict = 'finished') as finished,
             count(*) filter (where g.verdict = 'beyond') as trimmed,
             count(*) filter (where g.verdict = 'unclaimed') as abandoned from gone g)
    select array[n.finished, n.trimmed, n.abandoned], (select count(*) from judged j where j.verdict = 'beyond'),
           l.xid, l.id
      into removed, to_drop, next_xid, next_id
      from (select count(*) as n from scanned) t cross join counted n
      left join lateral (select s.xid, s.id from scanned s order by s.xid desc, s.id desc limit 1) l on t.n >= most;
    finished := finished + removed[1];
    trimmed := trimmed + removed[2];
    abandoned := abandoned + removed[3];
    exit when dropping or to_drop = 0;
    -- what is about to be dropped must not be claimed meanwhile; the next round sees all earlier claims
    begin
      perform pg_advisory_xact_lock(cursor_lock_key_v1(q, p.name))
         from (select g.name from queue_group g where g.queue = q order by g.name) p;
      dropping := true;
    exception when lock_not_available then
      exit;
    end;
  end loop;
end $$;

-- Names of queues that have messages and no group. Jumps from name to name through the index.
-- parameters: none
-- answer:     names
create or replace function unclaimed_queues_v1() returns setof text
language sql stable
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
  with recursive sent (queue) as (
    (select m.queue from queue_message m order by m.queue limit 1)
    union all
    select (select m.queue from queue_message m where m.queue > s.queue order by m.queue limit 1)
      from sent s where s.queue is not null)
  select s.queue from sent s
   where s.queue is not null and not exists (select from queue_group p where p.queue = s.queue)
$$;

-- For how long nobody has read as a group: no sign of life, no claim.
-- parameters: queue, group
-- answer:     seconds; null if there is no such group
create or replace function group_idle_v1(q text, g text) returns double precision
language sql volatile
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
  select greatest(0, extract(epoch from clock_timestamp() - greatest(p.active_at, (
    select c.moved_at from queue_cursor c where c.queue = q and c.group_name = g and c.lane = 0
     order by c.queue desc, c.group_name desc, c.lane desc, c.seq desc limit 1))))::double precision
    from queue_group p where p.queue = q and p.name = g
$$;

-- Removes a group with everything of it but its dead letters.
-- parameters: queue, group, for how long nobody must have read as it
-- answer:     'removed' | 'active' (somebody has, or holds a message of it) | 'unknown' (no such group)
create or replace function remove_group_v1(q text, g text, idle interval) returns text
language plpgsql
set search_path from current set lock_timeout = '5s' set enable_seqscan = off set jit = off
as $$
declare
  unread double precision;
begin
  perform require_read_committed_v1();
  -- against retention and the making of a group, and against claims
  perform pg_advisory_xact_lock(queue_lock_key_v1(q));
  perform pg_advisory_xact_lock(cursor_lock_key_v1(q, g));
  unread := group_idle_v1(q, g);
  if unread is null then
    return 'unknown';
  end if;
  if unread < extract(epoch from idle)
     or exists (select from queue_delivery d join queue_consumer i on i.id = d.consumer
                 where d.queue = q and d.group_name = g)
     or exists (select from queue_consumer i join queue_retry r on r.consumer = i.id
                 where r.queue = q and r.group_name = g and r.consumer is not null) then
    return 'active';
  end if;
  delete from queue_delivery d where d.queue = q and d.group_name = g;
  delete from queue_retry r where r.queue = q and r.group_name = g;
  delete from queue_cursor c where c.queue = q and c.group_name = g;
  delete from queue_group p where p.queue = q and p.name = g;
  return 'removed';
end $$;

-- A cursor behind which lies all that comes before a place in the log, but for what is not visible yet.
-- parameters: queue; 'earliest', 'latest', the id of a message, or the time at or after which a message was sent or
--             became due
-- answer:     the cursor, all null if there is no such message; and the place of the first message that it gives, null
--             if there is none yet
create or replace function cursor_at_v1(q text, place text, out base pg_snapshot, out head pg_snapshot,
  out after_xid xid8, out after_id bigint, out first_xid xid8, out first_id bigint)
language plpgsql stable
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
declare
  is_message boolean := place ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
begin
  after_xid := '0';
  after_id := 0;
  if place = 'earliest' then
    base := '1:1:';
    head := base;
    first_xid := '0';
    first_id := 0;
    return;
  end if;
  -- stable: the snapshot is the one that the log is read with
  head := pg_current_snapshot();
  if is_message then
    select m.xid, m.id into first_xid, first_id from queue_message m
     where m.queue = q and m.lane = 0 and m.message_id = place::uuid
     order by m.queue, m.lane, m.xid, m.id limit 1;
    if not found then
      head := null;
      after_xid := null;
      after_id := null;
      return;
    end if;
  elsif place <> 'latest' then
    select m.xid, m.id into first_xid, first_id from queue_message m
     where m.queue = q and m.lane = 0 and coalesce(m.promoted_at, m.sent_at) >= place::timestamptz
     order by m.queue, m.lane, m.xid, m.id limit 1;
  end if;
  if first_xid is null then
    base := head;
    return;
  end if;
  -- what still runs below the place is neither behind nor before it, and comes when it commits
  select (coalesce((array_agg(v order by v))[1], first_xid)::text || ':' || first_xid::text || ':'
          || coalesce(string_agg(v::text, ',' order by v), ''))::pg_snapshot
    into base from pg_snapshot_xip(head) v where v < first_xid;
  after_xid := first_xid;
  after_id := first_id - 1;
end $$;

-- Sets a group to a place in the log. What it has in flight or retrying from there on is taken from it and comes again.
-- parameters: queue, group, place as in cursor_at_v1
-- answer:     'rewound' | 'unknown' (no such group) | 'not kept' (no such message); then the first message from there on
create or replace function rewind_v1(q text, g text, place text, out outcome text, out message_id uuid,
  out sent_at timestamptz)
language plpgsql
set search_path from current set lock_timeout = '5s'
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
#variable_conflict use_column
declare
  c record;
  last_seq bigint;
begin
  perform require_own_statement_v1();
  -- before the locks, as it may take long to find the place; what is sent meanwhile is not behind this cursor
  select * into c from cursor_at_v1(q, place);
  -- against retention and the making of a group, and against claims
  perform pg_advisory_xact_lock(queue_lock_key_v1(q));
  perform pg_advisory_xact_lock(cursor_lock_key_v1(q, g));
  perform require_home_v1();
  select p.seq into last_seq from queue_cursor p where p.queue = q and p.group_name = g and p.lane = 0
     and exists (select from queue_group o where o.queue = q and o.name = g)
   order by p.queue desc, p.group_name desc, p.lane desc, p.seq desc limit 1;
  if not found then
    outcome := 'unknown';
    return;
  end if;
  if c.base is null then
    outcome := 'not kept';
    return;
  end if;
  outcome := 'rewound';
  if c.first_xid is not null then
    -- deliveries before retries, each in the order of their ids, as whoever settles locks them
    perform from queue_delivery d where d.queue = q and d.group_name = g order by d.id for update;
    with kept as materialized (
      select d.id, array_agg(u.xid order by u.n) as xids, array_agg(u.message order by u.n) as ids
        from queue_delivery d, unnest(d.xids, d.ids) with ordinality u (xid, message, n)
       where d.queue = q and d.group_name = g and (u.xid, u.message) < (c.first_xid, c.first_id)
       group by d.id),
    gone as (
      delete from queue_delivery d
       where d.queue = q and d.group_name = g and not exists (select from kept k where k.id = d.id))
    update queue_delivery d set xids = k.xids, ids = k.ids
      from kept k where d.id = k.id and cardinality(d.ids) > cardinality(k.ids);
    perform from queue_retry r
     where r.queue = q and r.lane = 0 and r.group_name = g and r.xid is not null
       and (r.xid, r.message) >= (c.first_xid, c.first_id)
     order by r.id for update;
    delete from queue_retry r
     where r.queue = q and r.lane = 0 and r.group_name = g and r.xid is not null
       and (r.xid, r.message) >= (c.first_xid, c.first_id);
    select m.message_id, m.sent_at into message_id, sent_at from queue_message m
     where m.queue = q and m.lane = 0 and (m.xid, m.id) >= (c.first_xid, c.first_id)
     order by m.queue, m.lane, m.xid, m.id limit 1;
  end if;
  insert into queue_cursor (queue, group_name, seq, base, head, after_xid, after_id)
    values (q, g, last_seq + 1, c.base, c.head, c.after_xid, c.after_id);
  delete from queue_cursor p where p.queue = q and p.group_name = g and p.lane = 0 and p.seq <= last_seq;
end $$;

-- Notes that somebody reads a queue without a group, so that what is finished is kept for a while.
-- parameters: queue
-- answer:     none
create or replace function mark_reader_v1(q text) returns void
language plpgsql
set search_path from current set enable_seqscan = off set jit = off
as $$
begin
  insert into queue_reader as r (queue) values (q) on conflict (queue) do update set active_at = clock_timestamp()
   where r.active_at < clock_timestamp() - interval '50 seconds';
  if found then
    -- not those of readers that start just now: two that start together would wait for each other
    delete from queue_reader r where r.queue in (
      select o.queue from queue_reader o where o.active_at < clock_timestamp() - interval '1 hour'
         for update skip locked);
  end if;
end $$;

-- Whether somebody reads a queue without a group, or did a moment ago.
-- parameters: queue
-- answer:     whether
create or replace function is_read_v1(q text) returns boolean
language sql volatile set search_path from current as $$
  select exists (select from queue_reader r where r.queue = q and r.active_at > clock_timestamp() - interval '3 minutes')
$$;

-- Begins to read a queue without a group: for a reader that keeps its place to itself.
-- parameters: queue, place as in cursor_at_v1 (at a message that is not kept: at the oldest)
-- answer:     the transaction that queue_home names, and the place, see read_v1
create or replace function reader_start_v1(q text, place text, out home xid8, out seen pg_snapshot, out part_xid xid8,
  out part_id bigint)
language plpgsql
set search_path from current
as $$
begin
  perform require_own_statement_v1();
  perform require_home_v1();
  select h.xid into home from queue_home h;
  select c.base, c.after_xid, c.after_id into seen, part_xid, part_id from cursor_at_v1(q, place) c;
  if seen is null then
    select c.base, c.after_xid, c.after_id into seen, part_xid, part_id from cursor_at_v1(q, 'earliest') c;
  end if;
  if part_xid > '0' then
    seen := snapshot_v1(part_xid, array(select pg_snapshot_xip(seen)) || part_xid);
  end if;
  -- also where the mark is fresh: what this transaction leaves on the disk keeps the server from giving out again, after
  -- a crash, an id that the place calls seen
  insert into queue_reader as r (queue) values (q) on conflict (queue) do update set active_at = clock_timestamp();
end $$;

-- parameters: a transaction; those at or before it that are not visible
-- answer:     the snapshot in which it and all others before it are
create or replace function snapshot_v1(newest xid8, hidden xid8[]) returns pg_snapshot
language sql immutable as $$
  select (coalesce((array_agg(v order by v) filter (where v is not null))[1], after)::text || ':' || after || ':'
          || coalesce(string_agg(v::text, ',' order by v), ''))::pg_snapshot
    from (select (newest::text::bigint + 1)::text::xid8) a (after) left join unnest(hidden) v on true group by after
$$;

-- Reads messages on, for a reader that keeps its place to itself. Changes nothing. Like a claim it decides per
-- transaction before it touches its rows.
-- The place: all of the transactions that are visible in the snapshot `seen` was read, and of `part_xid`, unless it is 0,
-- what is up to `part_id`. It never goes beyond the last message that was read: a transaction that left nothing on the
-- disk has no lasting id, another one may get the same after a crash of the server.
-- parameters: queue; home and the place, as answered last; how many at most
-- answer:     a row per message (id is not null), since: when it was sent or became due; then one with the place after
--             them and the time of now, whose home is null if the old place means nothing any more: the tables were
--             re-based, or the server has gone back behind it
create or replace function read_v1(q text, at_home xid8, at_seen pg_snapshot, at_xid xid8, at_id bigint, n int)
returns table (id bigint, message_id uuid, sent_at timestamptz, format "char", payload text, headers jsonb, since timestamptz,
  home xid8, seen pg_snapshot, part_xid xid8, part_id bigint)
language plpgsql rows 100
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  present pg_snapshot := pg_current_snapshot();
  x xid8;
  hidden xid8[] := '{}';
  passed xid8[] := '{}';
  after_xid xid8 := pg_snapshot_xmax(at_seen);
  after_id bigint := 0;
  newest xid8 := (pg_snapshot_xmax(at_seen)::text::bigint - 1)::text::xid8;
  -- not what a loop reads into: one without rows sets that to null
  row_xid xid8;
  row_id bigint;
  k int := 0;
  bytes bigint := 0;
  most_bytes constant bigint := 16 * 1024 * 1024;
begin
  perform require_own_statement_v1();
  perform require_home_v1();
  if pg_snapshot_xmax(present) < after_xid or not exists (select from queue_home h where h.xid = at_home) then
    return next;
    return;
  end if;
  -- 1. transactions that still ran and are finished now, one after another; first the one that was read in part
  for x in select v from pg_snapshot_xip(at_seen) v order by v <> at_xid, v loop
    if k >= n or bytes >= most_bytes or not pg_visible_in_snapshot(x, present) then
      hidden := hidden || x;
      continue;
    end if;
    <<transaction>>
    begin
      for row_id, message_id, sent_at, format, payload, headers, since in
        select m.id, m.message_id, m.sent_at, m.format, m.payload, m.headers, coalesce(m.promoted_at, m.sent_at)
          from queue_message m
         where m.queue = q and m.lane = 0 and m.xid = x and m.id > case when at_xid = x then at_id else -1 end
         order by m.queue, m.lane, m.xid, m.id limit n - k
      loop
        id := row_id;
        return next;
        k := k + 1;
        bytes := bytes + octet_length(payload);
        if k >= n or bytes >= most_bytes then
          at_xid := x;
          at_id := id;
          hidden := hidden || x;
          exit transaction;
        end if;
      end loop;
      if at_xid = x then
        at_xid := '0';
      end if;
    end;
  end loop;
  -- 2. transactions that began later: the stretches between those that still run
  if k < n and bytes < most_bytes then
    <<stretches>>
    for x in select v from pg_snapshot_xip(present) v where v >= after_xid
             union all select pg_snapshot_xmax(present) order by 1
    loop
      for row_xid, row_id, message_id, sent_at, format, payload, headers, since in
        select m.xid, m.id, m.message_id, m.sent_at, m.format, m.payload, m.headers, coalesce(m.promoted_at, m.sent_at)
          from queue_message m
         where m.queue = q and m.lane = 0 and (m.xid, m.id) > (after_xid, after_id) and m.xid < x
         order by m.queue, m.lane, m.xid, m.id limit n - k
      loop
        newest := row_xid;
        id := row_id;
        return next;
        k := k + 1;
        bytes := bytes + octet_length(payload);
        if k >= n or bytes >= most_bytes then
          at_xid := newest;
          at_id := id;
          passed := passed || newest;
          exit stretches;
        end if;
      end loop;
      passed := passed || x;
      -- step over the running one
      after_xid := x;
      after_id := 9223372036854775807;
    end loop;
  end if;
  at_seen := snapshot_v1(newest, hidden || array(select v from unnest(passed) v where v <= newest));
  return query select null::bigint, null::uuid, null::timestamptz, null::"char", null::text, null::jsonb,
    clock_timestamp(), at_home, at_seen, at_xid, at_id;
end $$;

-- The cluster's identifier; null if this role may not read it. Then the other signs of a copy have to do.
create or replace function cluster_v1() returns bigint
language plpgsql stable as $$
begin
  return (select s.system_identifier from pg_control_system() s);
exception when insufficient_privilege then
  return null;
end $$;

-- Whether what the tables say about transactions means something in this database.
-- parameters: none
-- answer:     null if it does; else the first of: 'copied' (another transaction than the one that it names wrote the
--             row in queue_home), 'cluster' or 'database' (identifiers differ), 'future' (a transaction id that this
--             cluster has not come to)
create or replace function foreign_v1() returns text
language plpgsql stable
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
declare
  meta queue_meta;
begin
  if exists (select from queue_home h where h.one and h.xmin <> h.xid::xid) then
    return 'copied';
  end if;
  select * into meta from queue_meta;
  if meta.system_identifier <> cluster_v1() then
    return 'cluster';
  end if;
  if meta.database_oid <> (select d.oid from pg_database d where d.datname = current_database()) then
    return 'database';
  end if;
  -- a stored head and a visible row are older than a transaction that has ended, so both lie below the present end
  if exists (select from queue_cursor c where pg_snapshot_xmax(c.head) >= pg_snapshot_xmax(pg_current_snapshot()))
     or exists (
       with recursive newest (queue, xid) as (
         (select m.queue, m.xid from queue_message m order by m.queue desc, m.lane desc, m.xid desc, m.id desc limit 1)
         union all
         select o.queue, o.xid from newest n cross join lateral (
           select m.queue, m.xid from queue_message m where m.queue < n.queue
            order by m.queue desc, m.lane desc, m.xid desc, m.id desc limit 1) o)
       select from newest n where n.xid >= pg_snapshot_xmax(pg_current_snapshot())) then
    return 'future';
  end if;
  return null;
end $$;

-- Compares, and notes the home of new tables.
-- parameters: none
-- answer:     null if all is well, else why a re-base is needed, see foreign_v1
create or replace function check_home_v1() returns text
language plpgsql
set search_path from current
as $$
declare
  reason text;
begin
  perform require_own_statement_v1();
  reason := foreign_v1();
  if reason is null and not exists (select from queue_home) then
    insert into queue_home (xid) values (pg_current_xact_id()) on conflict do nothing;
  end if;
  return reason;
end $$;

-- Key of the lock under which one instance at a time takes a step of a re-base.
create or replace function rebase_lock_key_v1() returns bigint
language sql stable set search_path from current as $$
  select hashtextextended('queue_home'::regclass::oid::text, 11)
$$;

-- Sets the identities past the highest id that is there; a copy may have lost them. Runs as the owner, because setting
-- one takes a right that writing rows does not give.
-- parameters: none
-- answer:     none
create or replace function advance_identities_v1() returns void
language plpgsql security definer
set search_path from current set jit = off
as $$
declare
  t text;
  s text;
  highest bigint;
  given bigint;
begin
  foreach t in array array['queue_message', 'queue_delivery', 'queue_retry', 'queue_scheduled', 'queue_dead_letter'] loop
    s := pg_get_serial_sequence(t, 'id');
    execute format('select coalesce(max(id), 0) from %I', t) into highest;
    execute format('select last_value from %s', s) into given;
    if given <= highest then
      -- the margin is for what others are given between these two statements
      perform setval(s, highest + 1000);
    end if;
  end loop;
end $$;

-- Begins a re-base, or goes on with one that was interrupted: from now on claims and retention are refused. Nobody of the
-- old world is registered any more, and what was held is due now, nothing counted.
-- parameters: none
-- answer:     why it is needed; null if it is not, because another instance was faster
create or replace function rebase_begin_v1() returns text
language plpgsql
set search_path from current
as $$
declare
  reason text;
  held bigint;
begin
  perform require_own_statement_v1();
  perform pg_advisory_xact_lock(rebase_lock_key_v1());
  reason := foreign_v1();
  if reason is null then
    return null;
  end if;
  perform advance_identities_v1();
  insert into queue_home as h (xid, copied) values ('0', reason = 'copied')
    on conflict (one) do update
      set xid = '0', copied = case when h.xid = '0' then h.copied else excluded.copied end,
          unfinished = case when h.xid = '0' then h.unfinished else 0 end,
          finished = case when h.xid = '0' then h.finished else 0 end;
  delete from queue_consumer;
  -- nobody could read here before, so no group has been idle yet
  update queue_group set active_at = clock_timestamp();
  with gone as (
    delete from queue_delivery returning *),
  spread as (
    insert into queue_retry (queue, group_name, lane, due, xid, message)
    select d.queue, d.group_name, d.lane, clock_timestamp(), u.xid, u.message
      from gone d, unnest(d.xids, d.ids) u (xid, message)
    returning 1)
  select count(*) into held from spread;
  perform from queue_retry r where r.consumer is not null order by r.id for update;
  update queue_retry r set consumer = null, due = clock_timestamp(), alone = false where r.consumer is not null;
  update queue_home set unfinished = unfinished + held;
  return reason;
end $$;

-- Takes one step of re-basing a queue. First retries that name a message of the log get its bytes. Then the messages of
-- the log, batch by batch, become retries of each group that has not finished them, with their own bytes; and the statement that
-- finds no more restarts the cursors at the snapshot that it reads with. Until then the old cursors stay, so that an
-- interrupted re-base goes on where it was. A queue without a group keeps its messages, under transaction ids of here.
-- parameters: queue, how many messages at most
-- answer:     whether the queue is done
create or replace function rebase_queue_v1(q text, most int) returns boolean
language plpgsql
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
declare
  from_copy boolean;
  names text[];
  moved bigint;
  made_due bigint;
  removed bigint;
  all_read boolean;
  most_bytes constant bigint := 16 * 1024 * 1024;
begin
  perform require_own_statement_v1();
  perform pg_advisory_xact_lock(rebase_lock_key_v1());
  select h.copied into from_copy from queue_home h where h.one and h.xid = '0';
  if not found then
    return true;
  end if;
  -- keeps out retention and the making of groups, then waits for claims in progress
  perform pg_advisory_xact_lock(queue_lock_key_v1(q));
  names := array(select p.name from queue_group p where p.queue = q
                 union select c.group_name from queue_cursor c where c.queue = q);
  perform pg_advisory_xact_lock(cursor_lock_key_v1(q, g.name))
    from unnest(names) g (name);

  with named as materialized (
    select r.id, r.lane, r.xid, r.message from queue_retry r
     where r.queue = q and r.xid is not null order by r.queue, r.lane, r.xid, r.message limit most),
  sized as materialized (
    select n.id, coalesce(sum(octet_length(m.payload)) over (order by n.xid, n.message, n.id
             rows between unbounded preceding and 1 preceding), 0) as bytes,
           m.message_id, m.sent_at, m.format, m.payload, m.headers
      from named n
      left join queue_message m on m.queue = q and m.lane = n.lane and m.xid = n.xid and m.id = n.message)
  update queue_retry r
     set xid = null, message = null, message_id = s.message_id, sent_at = s.sent_at, format = s.format,
         payload = s.payload, headers = s.headers
    from sized s where r.id = s.id and s.bytes < most_bytes;
  if found then
    return false;
  end if;

  if names = '{}' then
    -- below the present end the old ids do no harm; the others nobody would see before this cluster has come to them
    with scanned as materialized (
      select m.xid, m.id, coalesce(sum(octet_length(m.payload)) over (order by m.xid, m.id
               rows between unbounded preceding and 1 preceding), 0) as bytes
        from queue_message m
       where m.queue = q and m.lane = 0 and m.xid >= pg_snapshot_xmax(pg_current_snapshot())
       order by m.queue, m.lane, m.xid, m.id limit most),
    gone as (
      delete from queue_message m using scanned s
       where s.bytes < most_bytes and m.queue = q and m.lane = 0 and m.xid = s.xid and m.id = s.id returning m.*),
    put as (
      insert into queue_message (queue, message_id, sent_at, promoted_at, format, payload, headers)
      select q, g.message_id, g.sent_at, g.promoted_at, g.format, g.payload, g.headers
        from gone g order by g.xid, g.id returning 1)
    select count(*) into moved from put;
    return moved = 0;
  end if;

  with present as materialized (
    select pg_current_snapshot() as snapshot),
  cursors as materialized (
    select g.name, c.* from unnest(names) g (name)
      left join lateral (
        select c.seq, c.base, c.head, c.after_xid, c.after_id, c.moved_at from queue_cursor c
         where c.queue = q and c.group_name = g.name and c.lane = 0
         order by c.queue desc, c.group_name desc, c.lane desc, c.seq desc limit 1) c on true),
  scanned as materialized (
    select m.xid, m.id, (m.xmin::text::bigint - m.xid::text::bigint) & 4294967295 < 64 as sent_here,
           coalesce(sum(octet_length(m.payload)) over (order by m.xid, m.id
             rows between unbounded preceding and 1 preceding), 0) as bytes
      from queue_message m where m.queue = q and m.lane = 0
     order by m.queue, m.lane, m.xid, m.id limit most),
  reading as materialized (
    select count(*) < most and count(*) = count(*) filter (where s.bytes < most_bytes) as is_last from scanned s),
  gone as (
    delete from queue_message m using scanned s
     where s.bytes < most_bytes and m.queue = q and m.lane = 0 and m.xid = s.xid and m.id = s.id
    returning m.*, s.sent_here),
  -- finished is what the old cursor has passed, unless it was sent after that cursor's last advance: then its id comes
  -- from here, and only happens to be a low one. Clocks may differ, so in a copy the row itself is asked as well.
  -- (A row written within a savepoint bears the id of that, a little above the one of its transaction.)
  unfinished as materialized (
    select c.name, g.* from gone g, cursors c
     where not coalesce(coalesce(g.promoted_at, g.sent_at) <= c.moved_at and not (from_copy and g.sent_here)
       and (pg_visible_in_snapshot(g.xid, c.base)
         or (pg_visible_in_snapshot(g.xid, c.head) and (g.xid, g.id) <= (c.after_xid, c.after_id))), false)),
  spread as (
    insert into queue_retry (queue, group_name, due, message_id, sent_at, format, payload, headers)
    select q, u.name, clock_timestamp(), u.message_id, u.sent_at, u.format, u.payload, u.headers
      from unfinished u order by u.xid, u.id
    returning 1),
  restarted as (
    insert into queue_cursor (queue, group_name, seq, base, head)
    select q, c.name, coalesce(c.seq, 0) + 1, p.snapshot, p.snapshot
      from cursors c, present p, reading r where r.is_last),
  old as (
    delete from queue_cursor c using reading r where r.is_last and c.queue = q and c.lane = 0)
  select (select count(*) from spread),
         (select count(*) from gone) - (select count(distinct (u.xid, u.id)) from unfinished u), r.is_last
    into made_due, removed, all_read from reading r;
  update queue_home set unfinished = unfinished + made_due, finished = finished + removed where made_due + removed > 0;
  return all_read;
end $$;

-- Ends a re-base: these tables are at home here.
-- parameters: none
-- answer:     a row with the numbers of messages that were made due again, and that were removed; none if another instance
--             has ended it
create or replace function rebase_end_v1() returns table (unfinished bigint, finished bigint)
language plpgsql
set search_path from current
as $$
#variable_conflict use_column
begin
  perform require_own_statement_v1();
  perform pg_advisory_xact_lock(rebase_lock_key_v1());
  if exists (select from queue_home h where h.one and h.xid = '0') then
    update queue_meta set system_identifier = cluster_v1(),
      database_oid = (select d.oid from pg_database d where d.datname = current_database());
    update queue_home set xid = pg_current_xact_id();
    perform require_home_v1();
    return query select h.unfinished, h.finished from queue_home h;
  end if;
end $$;

-- After which place nothing is read yet but what ran at base or at head. A claim that has read all to the end has stepped
-- over the first transaction of later ones, which may be at work by now.
-- parameters: where a group stands
-- answer:     the place
create or replace function rest_v1(base pg_snapshot, head pg_snapshot, after_xid xid8, after_id bigint,
  out rest_xid xid8, out rest_id bigint)
language sql immutable
as $$
  select least(greatest(after_xid, pg_snapshot_xmax(base)), pg_snapshot_xmax(head)),
         case when after_xid >= pg_snapshot_xmax(base) and after_xid < pg_snapshot_xmax(head) then after_id else -1 end
$$;

-- How the groups of queues stand.
-- parameters: queues, where counting stops
-- answer:     a row per group; numbers above the cap are the cap plus one
create or replace function stats_v1(queues text[], cap int)
returns table (queue text, group_name text, paused boolean, ready bigint, in_flight bigint, retrying bigint,
  scheduled bigint, dead_letters bigint)
language plpgsql stable
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
#variable_conflict use_column
begin
  return query
    select p.queue, p.name, p.paused,
      (select count(*) from (
        -- transactions that ran at base, those that ran at head, and all later ones; each limited, which keeps it a look
        -- through the index where the tables were never analysed
        (select 1 from unnest(array(select pg_snapshot_xip(c.base))) v, lateral (
          select from queue_message m
           where m.queue = p.queue and m.lane = 0 and m.xid = v
             and m.id > case when not pg_visible_in_snapshot(v, c.head) or v > c.after_xid then -1
                             when v = c.after_xid then c.after_id else 9223372036854775807 end
           order by m.queue, m.lane, m.xid, m.id limit cap + 1) m limit cap + 1)
        union all
        (select 1 from unnest(array(select pg_snapshot_xip(c.head))) v, lateral (
          select from queue_message m
           where v >= pg_snapshot_xmax(c.base) and m.queue = p.queue and m.lane = 0 and m.xid = v
             -- not a place as bound: with one from above Postgres 17 forgets '= v'
             and m.id <= case when v < c.after_xid then 9223372036854775807 when v = c.after_xid then c.after_id
                              else -1 end
           order by m.queue, m.lane, m.xid, m.id limit cap + 1) m limit cap + 1)
        union all
        (select 1 from queue_message m
          -- one bound for the index to begin at: of two it takes the first, and walks over all that is kept
          where m.queue = p.queue and m.lane = 0 and (m.xid, m.id) > (c.rest_xid, c.rest_id) limit cap + 1)
        limit cap + 1) s),
      (select coalesce(sum(cardinality(d.ids)), 0)::bigint from queue_delivery d
        where d.queue = p.queue and d.group_name = p.name)
      + (select count(*) from queue_retry r
          where r.queue = p.queue and r.group_name = p.name and r.consumer is not null),
      (select count(*) from (select from queue_retry r
        where r.queue = p.queue and r.group_name = p.name and r.consumer is null limit cap + 1) s),
      (select count(*) from (select from queue_scheduled s where s.queue = p.queue limit cap + 1) s),
      (select count(*) from (select from queue_dead_letter l
        where l.queue = p.queue and l.group_name = p.name limit cap + 1) s)
    from queue_group p
    left join lateral (
      select c.base, c.head, c.after_xid, c.after_id, r.rest_xid, r.rest_id
        from queue_cursor c cross join lateral rest_v1(c.base, c.head, c.after_xid, c.after_id) r
       where c.queue = p.queue and c.group_name = p.name and c.lane = 0
       order by c.queue desc, c.group_name desc, c.lane desc, c.seq desc limit 1) c on true
    where p.queue = any (queues);
end $$;

-- ---------------------------------------------------------------- for people and other languages
-- The names of functions and views of this part, their arguments and columns never change; more may be added at the end.

-- Raises an error unless there may be a queue of this name and a message with these headers.
create or replace function require_sendable_v1(queue text, headers jsonb) returns void
language plpgsql immutable as $$
declare
  odd text;
begin
  if queue is null or queue !~ '\S' then
    raise exception 'the name of a queue must not be empty' using errcode = 'invalid_parameter_value';
  end if;
  if char_length(queue) > 200 then
    raise exception 'the name of a queue may have 200 characters, not %: %', char_length(queue), left(queue, 30) || '...'
      using errcode = 'invalid_parameter_value';
  end if;
  if queue ~ '[\u0001-\u001f\u007f-\u009f]' then
    raise exception 'the name of a queue must not contain control characters: %', queue
      using errcode = 'invalid_parameter_value';
  end if;
  if headers is null then
    return;
  end if;
  if jsonb_typeof(headers) <> 'object' then
    raise exception 'headers must be a JSON object, not %: %', jsonb_typeof(headers), left(headers::text, 100)
      using errcode = 'invalid_parameter_value';
  end if;
  select h.key into odd from jsonb_each(headers) h where jsonb_typeof(h.value) <> 'string' limit 1;
  if found then
    raise exception 'header % must be a string: %', quote_ident(odd), left(headers -> odd #>> '{}', 100)
      using errcode = 'invalid_parameter_value', hint = format('Write {"%s": "..."}.', odd);
  end if;
  select h.key into odd from jsonb_object_keys(headers) h (key) where h.key !~ '\S' or starts_with(h.key, 'queue_') limit 1;
  if found then
    raise exception 'a header can''t be called %: the empty name and names that start with queue_ are reserved',
      quote_ident(odd) using errcode = 'invalid_parameter_value';
  end if;
end $$;

-- Version 1 had it without notify, which calls could not be told from
drop function if exists queue_send(text, text, jsonb, interval);
drop function if exists queue_send(text, jsonb, jsonb, interval);

-- Sends a JSON document, as a part of the calling transaction.
-- parameters: queue, payload, headers (an object of strings), delay (null or negative: none), whether to wake a listener
--             at the commit instead of waiting for its next look; that takes a lock which all notifying commits of the
--             database share
-- answer:     the message's id
create or replace function queue_send(queue text, payload text, headers jsonb default null, delay interval default null,
  notify boolean default false)
returns uuid
language plpgsql
set search_path from current
as $$
declare
  sent uuid := gen_random_uuid();
begin
  perform require_sendable_v1(queue, headers);
  if payload is null then
    raise exception 'the payload must not be null; JSON null is ''null''' using errcode = 'invalid_parameter_value';
  end if;
  perform payload::json;
  if not isfinite(delay) then
    raise exception 'the delay must be finite' using errcode = 'invalid_parameter_value';
  end if;
  if delay > interval '0' then
    insert into queue_scheduled (due, queue, message_id, payload, headers)
      values (clock_timestamp() + delay, queue_send.queue, sent, queue_send.payload, queue_send.headers);
    return sent;
  end if;
  insert into queue_message (queue, message_id, payload, headers)
    values (queue_send.queue, sent, queue_send.payload, queue_send.headers);
  if notify then
    perform pg_notify(wakeup_channel_v1(), 'sent::' || queue);
  end if;
  return sent;
end $$;

create or replace function queue_send(queue text, payload jsonb, headers jsonb default null, delay interval default null,
  notify boolean default false)
returns uuid
language sql
set search_path from current
as $$
  select queue_send(queue, payload::text, headers, delay, notify)
$$;

create or replace function queue_send(queue text, payload json, headers jsonb default null, delay interval default null,
  notify boolean default false)
returns uuid
language sql
set search_path from current
as $$
  select queue_send(queue, payload::text, headers, delay, notify)
$$;

-- Makes a dead letter ready again for its group alone, with its own bytes and no failure counted.
-- parameters: queue, group, the message's id
-- answer:     whether there was such a dead letter
create or replace function queue_replay(queue text, group_name text, id uuid) returns boolean
language plpgsql
set search_path from current set enable_seqscan = off set jit = off
as $$
begin
  with gone as (
    -- only the message's id may lead to the row: the other index would be walked over the whole group
    delete from queue_dead_letter l
     where l.message_id = queue_replay.id and l.queue || '' = queue_replay.queue
       and l.group_name || '' = queue_replay.group_name
    returning l.*)
  insert into queue_retry (queue, group_name, due, message_id, sent_at, format, payload, headers)
  select g.queue, g.group_name, clock_timestamp(), g.message_id, g.sent_at, g.format, g.payload, g.headers from gone g;
  return found;
end $$;

-- Makes all dead letters of a group ready again.
-- parameters: queue, group
-- answer:     how many there were
create or replace function queue_replay_all(queue text, group_name text) returns bigint
language plpgsql
set search_path from current set enable_seqscan = off set jit = off
as $$
declare
  replayed bigint;
begin
  with gone as (
    delete from queue_dead_letter l
     where l.queue = queue_replay_all.queue and l.group_name = queue_replay_all.group_name
    returning l.*)
  insert into queue_retry (queue, group_name, due, message_id, sent_at, format, payload, headers)
  select g.queue, g.group_name, clock_timestamp(), g.message_id, g.sent_at, g.format, g.payload, g.headers from gone g
   order by g.id;
  get diagnostics replayed = row_count;
  return replayed;
end $$;

-- Removes a dead letter for good.
-- parameters: queue, group, the message's id
-- answer:     whether there was such a dead letter
create or replace function queue_discard(queue text, group_name text, id uuid) returns boolean
language plpgsql
set search_path from current set enable_seqscan = off set jit = off
as $$
begin
  delete from queue_dead_letter l
   where l.message_id = queue_discard.id and l.queue || '' = queue_discard.queue
     and l.group_name || '' = queue_discard.group_name;
  return found;
end $$;

-- Stops the delivery to a group until it is resumed. What its handlers have in hand they finish.
-- parameters: queue, group
-- answer:     whether there is such a group
create or replace function queue_pause(queue text, group_name text) returns boolean
language plpgsql
set search_path from current
as $$
begin
  update queue_group g set paused = true where g.queue = queue_pause.queue and g.name = queue_pause.group_name;
  return found;
end $$;

-- parameters: queue, group
-- answer:     whether there is such a group
create or replace function queue_resume(queue text, group_name text) returns boolean
language plpgsql
set search_path from current
as $$
begin
  update queue_group g set paused = false where g.queue = queue_resume.queue and g.name = queue_resume.group_name;
  return found;
end $$;

-- When the message was sent that a group gets next.
-- parameters: queue, group
-- answer:     the time, null if there is none
create or replace function oldest_ready_v1(q text, g text) returns timestamptz
language plpgsql stable
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
declare
  c queue_cursor;
  rest record;
begin
  select * into c from queue_cursor p where p.queue = q and p.group_name = g and p.lane = 0
   order by p.queue desc, p.group_name desc, p.lane desc, p.seq desc limit 1;
  select * into rest from rest_v1(c.base, c.head, c.after_xid, c.after_id);
  return least(
    -- transactions that ran at base, then those that ran at head, then all later ones
    (select min(s.sent_at) from unnest(array(select pg_snapshot_xip(c.base))) v, lateral (
      select m.sent_at from queue_message m
       where m.queue = q and m.lane = 0 and m.xid = v
         and m.id > case when not pg_visible_in_snapshot(v, c.head) or v > c.after_xid then -1
                         when v = c.after_xid then c.after_id else 9223372036854775807 end
       order by m.queue, m.lane, m.xid, m.id limit 1) s),
    (select min(s.sent_at) from unnest(array(select pg_snapshot_xip(c.head))) v, lateral (
      select m.sent_at from queue_message m
       where v >= pg_snapshot_xmax(c.base) and m.queue = q and m.lane = 0 and m.xid = v
         and m.id <= case when v < c.after_xid then 9223372036854775807 when v = c.after_xid then c.after_id else -1 end
       order by m.queue, m.lane, m.xid, m.id limit 1) s),
    (select m.sent_at from queue_message m
      where m.queue = q and m.lane = 0 and (m.xid, m.id) > (rest.rest_xid, rest.rest_id)
      order by m.queue, m.lane, m.xid, m.id limit 1));
end $$;

-- How all groups of all queues stand, and the queues that have no group.
-- parameters: where counting stops
-- answer:     a row per group; numbers above the cap are the cap plus one
create or replace function stats_of_all_v1(cap int)
returns table (queue text, group_name text, paused boolean, ready bigint, in_flight bigint, retrying bigint,
  scheduled bigint, dead_letters bigint, oldest_ready timestamptz)
language plpgsql stable
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
#variable_conflict use_column
begin
  return query
    select s.queue, s.group_name, s.paused, s.ready, s.in_flight, s.retrying, s.scheduled, s.dead_letters,
           oldest_ready_v1(s.queue, s.group_name)
      from stats_v1(array(select distinct p.queue from queue_group p), cap) s;
  return query
    -- jumps from name to name through the index
    with recursive sent (queue) as (
      (select m.queue from queue_message m order by m.queue limit 1)
      union all
      select (select m.queue from queue_message m where m.queue > s.queue order by m.queue limit 1)
        from sent s where s.queue is not null),
    later (queue) as (
      (select m.queue from queue_scheduled m order by m.queue limit 1)
      union all
      select (select m.queue from queue_scheduled m where m.queue > s.queue order by m.queue limit 1)
        from later s where s.queue is not null)
    select n.queue, null::text, null::boolean,
      (select count(*) from (select from queue_message m where m.queue = n.queue limit cap + 1) s), 0::bigint, 0::bigint,
      (select count(*) from (select from queue_scheduled m where m.queue = n.queue limit cap + 1) s), 0::bigint,
      (select m.sent_at from queue_message m where m.queue = n.queue order by m.queue, m.lane, m.xid, m.id limit 1)
      from (select queue from sent union select queue from later) n
     where n.queue is not null and not exists (select from queue_group p where p.queue = n.queue);
end $$;

-- A row per queue and group; group_name is null where nobody listens. Counting stops at 100,000: 100001 means more.
-- scheduled counts the whole queue, once per group.
create or replace view queue_stats as
select queue, group_name, paused, ready, in_flight, retrying, scheduled, dead_letters, oldest_ready
  from stats_of_all_v1(100000);

-- What was given up on, and why. Payloads of format binary are in base64.
create or replace view queue_dead_letters as
select l.message_id as id, l.queue, l.group_name, l.last_failure_at as died_at, l.attempts, l.crashes, l.kind, l.reason,
       l.exception_class, l.exception_message, l.sent_at, l.first_failure_at, l.consumer,
       case l.format when 't' then 'text' when 'b' then 'binary' when 'f' then 'fields' else coalesce(l.format::text, 'json')
       end as format,
       l.payload, l.headers, l.stack_trace
  from queue_dead_letter l;

-- ---------------------------------------------------------------- version

do $$
declare
  cluster bigint;
begin
  begin
    cluster := (select s.system_identifier from pg_control_system() s);
  exception when insufficient_privilege then
    cluster := null;
  end;
  insert into queue_meta (version, system_identifier, database_oid)
  values (2, cluster, (select d.oid from pg_database d where d.datname = current_database()))
  on conflict (one) do update set version = greatest(queue_meta.version, excluded.version);
end $$;
