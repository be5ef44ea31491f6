-- Tables and functions of the Postgres store, version 1. Idempotent; to be run in one transaction.
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
end $$;

-- ---------------------------------------------------------------- tables

create table if not exists queue_meta (
  one boolean primary key default true check (one),
  version int not null,
  system_identifier bigint,
  database_oid oid
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
create unique index if not exists queue_message_log on queue_message (queue, lane, xid, id);

create table if not exists queue_group (
  queue text not null,
  name text not null,
  paused boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  start_from text not null,
  application text not null,
  primary key (queue, name)
);

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

-- One row per claimed batch. ids: in ascending order; alone: those of them that run alone in their process
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
create index if not exists queue_scheduled_due on queue_scheduled (due, id);
create index if not exists queue_scheduled_queue on queue_scheduled (queue);

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

create table if not exists queue_consumer (
  id text primary key,
  beat bigint not null default 0,
  registered_at timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

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

-- Key of the lock that keeps retention from a queue while a group of it is made.
create or replace function queue_lock_key_v1(q text) returns bigint
language sql stable set search_path from current as $$
  select hashtextextended('queue_message'::regclass::oid::text || '/' || q, 7)
$$;

-- Makes a group if it is not there.
-- parameters: queue, group, start ('earliest' or 'latest'), application
-- answer:     whether it was made; the application that made it
create or replace function create_group_v1(q text, g text, start text, app text, out created boolean, out application text)
language plpgsql set search_path from current as $$
declare
  present pg_snapshot;
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
  present := case when start = 'latest' then pg_current_snapshot() else '1:1:'::pg_snapshot end;
  insert into queue_group as p (queue, name, start_from, application) values (q, g, start, app)
    on conflict do nothing;
  created := found;
  -- under the lock, so that there is one; where only one of the two tables was lost, the other one's row stays
  if not exists (select from queue_cursor c where c.queue = q and c.group_name = g and c.lane = 0) then
    if not created then
      present := '1:1:';
    end if;
    created := true;
    insert into queue_cursor (queue, group_name, seq, base, head) values (q, g, 1, present, present);
  end if;
  select p.application into create_group_v1.application from queue_group p where p.queue = q and p.name = g;
end $$;

-- Claims new messages of a group.
-- parameters: queue, group, consumer, how many at most
-- answer:     a row per message (outcome null), then one row with the outcome and, for 'messages', the delivery's id:
--             'messages' | 'empty' | 'busy' (another claim is at it) | 'paused' | 'lost' (no such group, or its cursor is gone)
--             | 'fenced' (the consumer is not registered)
create or replace function claim_v1(q text, g text, who text, n int) returns setof queue_claimed_v1
language plpgsql rows 100
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
declare
  c queue_cursor;
  x xid8;
  answer queue_claimed_v1;
  is_paused boolean;
  is_registered boolean;
  began timestamptz := clock_timestamp();
  taken_xids xid8[] := '{}';
  taken_ids bigint[] := '{}';
  part_xids xid8[];
  part_ids bigint[];
  part_bytes bigint;
  k int := 0;
  bytes bigint := 0;
  most_bytes constant bigint := 16 * 1024 * 1024;
begin
  perform require_own_statement_v1();
  select p.paused, exists (select from queue_consumer i where i.id = who) into is_paused, is_registered
    from queue_group p where p.queue = q and p.name = g;
  answer.outcome := case when not found then 'lost' when not is_registered then 'fenced' when is_paused then 'paused' end;
  if answer.outcome is not null then
    return next answer;
    return;
  end if;
  if not pg_try_advisory_xact_lock(
      hashtextextended('queue_cursor'::regclass::oid::text || '/' || q || '/' || g, 42)) then
    answer.outcome := 'busy';
    return next answer;
    return;
  end if;
  -- newest first: dead versions of the cursor lie behind, never in front
  select * into c from queue_cursor p where p.queue = q and p.group_name = g and p.lane = 0
   order by p.queue desc, p.group_name desc, p.lane desc, p.seq desc limit 1;
  if not found then
    answer.outcome := 'lost';
    return next answer;
    return;
  end if;
  for round in 1..2 loop
    -- 1. transactions that still ran at base and are finished at head, one after another
    if c.after_xid < pg_snapshot_xmax(c.base) then
      for x in select v from pg_snapshot_xip(c.base) v
                where v >= c.after_xid and v < pg_snapshot_xmax(c.head) and pg_visible_in_snapshot(v, c.head) order by v
      loop
        -- first which, then the messages: row by row in this language would take longer than all the rest
        select array_agg(s.xid), array_agg(s.id), sum(s.size) into part_xids, part_ids, part_bytes
          from (select m.xid, m.id, m.size, sum(m.size) over (order by m.xid, m.id rows unbounded preceding) - m.size as size_before
                  from (select m.xid, m.id, octet_length(m.payload) as size from queue_message m
                         where m.queue = q and m.lane = 0 and m.xid = x and (m.xid, m.id) > (c.after_xid, c.after_id)
                         order by m.queue, m.lane, m.xid, m.id limit n - k) m) s
         where bytes + s.size_before < most_bytes;
        if part_ids is not null then
          return query
            select null::text, null::bigint, m.id, m.message_id, m.sent_at, m.format, m.payload, m.headers, m.xid
              from queue_message m
             where m.queue = q and m.lane = 0 and m.xid = x and (m.xid, m.id) > (c.after_xid, c.after_id)
               and (m.xid, m.id) <= (part_xids[cardinality(part_ids)], part_ids[cardinality(part_ids)])
             order by m.queue, m.lane, m.xid, m.id;
          taken_xids := taken_xids || part_xids;
          taken_ids := taken_ids || part_ids;
          c.after_xid := part_xids[cardinality(part_ids)];
          c.after_id := part_ids[cardinality(part_ids)];
          k := k + cardinality(part_ids);
          bytes := bytes + part_bytes;
        end if;
        exit when k >= n or bytes >= most_bytes;
      end loop;
    end if;
    -- 2. transactions that began after base: the stretches between those that still run at head
    if k < n and bytes < most_bytes then
      if c.after_xid < pg_snapshot_xmax(c.base) then
        c.after_xid := pg_snapshot_xmax(c.base);
        c.after_id := 0;
      end if;
      for x in select v from pg_snapshot_xip(c.head) v where v >= c.after_xid
               union all select pg_snapshot_xmax(c.head) order by 1
      loop
        -- first which, then the messages: row by row in this language would take longer than all the rest
        select array_agg(s.xid), array_agg(s.id), sum(s.size) into part_xids, part_ids, part_bytes
          from (select m.xid, m.id, m.size, sum(m.size) over (order by m.xid, m.id rows unbounded preceding) - m.size as size_before
                  from (select m.xid, m.id, octet_length(m.payload) as size from queue_message m
                         where m.queue = q and m.lane = 0 and (m.xid, m.id) > (c.after_xid, c.after_id) and m.xid < x
                         order by m.queue, m.lane, m.xid, m.id limit n - k) m) s
         where bytes + s.size_before < most_bytes;
        if part_ids is not null then
          return query
            select null::text, null::bigint, m.id, m.message_id, m.sent_at, m.format, m.payload, m.headers, m.xid
              from queue_message m
             where m.queue = q and m.lane = 0 and (m.xid, m.id) > (c.after_xid, c.after_id)
               and (m.xid, m.id) <= (part_xids[cardinality(part_ids)], part_ids[cardinality(part_ids)])
             order by m.queue, m.lane, m.xid, m.id;
          taken_xids := taken_xids || part_xids;
          taken_ids := taken_ids || part_ids;
          c.after_xid := part_xids[cardinality(part_ids)];
          c.after_id := part_ids[cardinality(part_ids)];
          k := k + cardinality(part_ids);
          bytes := bytes + part_bytes;
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
  if k > 0 or clock_timestamp() > began + interval '20 milliseconds' then
    insert into queue_cursor (queue, group_name, lane, seq, base, head, after_xid, after_id)
      values (q, g, 0, c.seq + 1, c.base, c.head, c.after_xid, c.after_id);
    delete from queue_cursor p where p.queue = q and p.group_name = g and p.lane = 0 and p.seq = c.seq;
  end if;
  if k > 0 then
    -- one transaction's are in order
    if taken_xids[1] <> taken_xids[k] then
      select array_agg(u.xid order by u.id), array_agg(u.id order by u.id) into taken_xids, taken_ids
        from unnest(taken_xids, taken_ids) u (xid, id);
    end if;
    insert into queue_delivery (queue, group_name, consumer, xids, ids) values (q, g, who, taken_xids, taken_ids)
      returning id into answer.delivery;
  end if;
  answer.outcome := case when k > 0 then 'messages' else 'empty' end;
  return next answer;
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
begin
  perform require_read_committed_v1();
  return query
    with picked as materialized (
      select s.id from queue_scheduled s where s.due >= low and s.due <= clock_timestamp()
       order by s.due, s.id limit most for update skip locked),
    gone as (
      delete from queue_scheduled s using picked p where s.id = p.id returning s.*),
    put as (
      insert into queue_message (queue, message_id, sent_at, format, payload, headers)
      select s.queue, s.message_id, s.sent_at, s.format, s.payload, s.headers from gone s order by s.due, s.id
      returning queue)
    select p.queue, count(*) from put p group by p.queue;
end $$;

-- Settles messages that a consumer holds in one group.
-- parameters: consumer, queue, group; the ids of the deliveries concerned, and the position of the last message of
--             each; then per message, in the order of these deliveries and ascending ids: its delivery and id, or its
--             retry and claim, the others null; kinds (a ack, r retry, l release, b bury; null: all are acks), waiting
--             time in milliseconds, and the failure. Arrays after kinds may be null if no kind needs them.
-- answer:     positions, from 1, of the messages that the consumer does not hold
create or replace function settle_v1(who text, q text, g text, batches bigint[], ends int[], deliveries bigint[],
  messages bigint[], retries bigint[], retry_claims int[], kinds "char"[], waits bigint[], failure_kinds text[], reasons text[],
  classes text[], texts text[], traces text[])
returns setof int
language plpgsql
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
declare
  moment timestamptz := clock_timestamp();
  whole bigint[] := '{}';
  held bigint[] := '{}';
  held_retries bigint[] := '{}';
  start int;
begin
  perform require_read_committed_v1();
  if not exists (select from queue_consumer i where i.id = who) then
    return query select * from generate_subscripts(deliveries, 1);
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
           and d.ids[:ends[b] - start + 1] = messages[start:ends[b]];
      end if;
      if found then
        whole := whole || batches[b];
        held := held || array(select generate_series(start, ends[b]))::bigint[];
      end if;
    end loop;
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
  if cardinality(held) < cardinality(deliveries) then
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
  if cardinality(held) + cardinality(held_retries) < cardinality(deliveries) then
    return query
      select n from generate_subscripts(deliveries, 1) n
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

-- Removes messages that every group of a queue has finished. One statement over cursors, deliveries, retries and
-- messages: two would remove a message that moves from one to the other.
-- parameters: queue, how long finished messages are kept, where to begin, how many messages to look at
-- answer:     how many were removed; where to go on, null at the end
create or replace function remove_finished_v1(q text, keep interval, from_xid xid8, from_id bigint, most int,
  out removed bigint, out next_xid xid8, out next_id bigint)
language plpgsql
set search_path from current
set enable_bitmapscan = off set enable_seqscan = off set enable_sort = off set jit = off
as $$
begin
  perform require_read_committed_v1();
  removed := 0;
  -- taken by one instance at a time, and by the making of a group
  if not pg_try_advisory_xact_lock(queue_lock_key_v1(q)) then
    return;
  end if;
  with cursors as materialized (
    select c.* from queue_group p
      left join lateral (
        select c.base, c.head, c.after_xid, c.after_id from queue_cursor c
         where c.queue = q and c.group_name = p.name and c.lane = 0
         order by c.queue desc, c.group_name desc, c.lane desc, c.seq desc limit 1) c on true
     where p.queue = q),
  scanned as materialized (
    select m.xid, m.id, m.sent_at from queue_message m
     where m.queue = q and m.lane = 0 and (m.xid, m.id) > (from_xid, from_id)
     order by m.queue, m.lane, m.xid, m.id limit most),
  in_flight as materialized (
    select u.xid, u.message from queue_delivery d, unnest(d.xids, d.ids) u (xid, message) where d.queue = q),
  finished as materialized (
    select s.xid, s.id from scanned s
     where s.sent_at <= clock_timestamp() - keep
       and exists (select from cursors)
       and not exists (
         select from cursors c
          where not coalesce(pg_visible_in_snapshot(s.xid, c.base)
            or (pg_visible_in_snapshot(s.xid, c.head) and (s.xid, s.id) <= (c.after_xid, c.after_id)), false))
       and not exists (select from in_flight f where f.xid = s.xid and f.message = s.id)
       and not exists (
         select from queue_retry r where r.queue = q and r.lane = 0 and r.xid = s.xid and r.message = s.id)),
  gone as (
    delete from queue_message m using finished f
     where m.queue = q and m.lane = 0 and m.xid = f.xid and m.id = f.id returning 1)
  select (select count(*) from gone), l.xid, l.id into removed, next_xid, next_id
    from (select count(*) as n from scanned) t
    left join lateral (select s.xid, s.id from scanned s order by s.xid desc, s.id desc limit 1) l on t.n >= most;
end $$;

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
        (select 1 from unnest(array(select pg_snapshot_xip(c.base))) v, queue_message m
          where m.queue = p.queue and m.lane = 0 and m.xid = v
            and not (pg_visible_in_snapshot(v, c.head) and (m.xid, m.id) <= (c.after_xid, c.after_id)) limit cap + 1)
        union all
        (select 1 from unnest(array(select pg_snapshot_xip(c.head))) v, queue_message m
          where v >= pg_snapshot_xmax(c.base) and m.queue = p.queue and m.lane = 0 and m.xid = v
            and (m.xid, m.id) <= (c.after_xid, c.after_id) limit cap + 1)
        union all
        (select 1 from queue_message m
          where m.queue = p.queue and m.lane = 0 and m.xid >= pg_snapshot_xmax(c.base)
            and (m.xid, m.id) > (c.after_xid, c.after_id) limit cap + 1)
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
      select c.base, c.head, c.after_xid, c.after_id from queue_cursor c
       where c.queue = p.queue and c.group_name = p.name and c.lane = 0
       order by c.queue desc, c.group_name desc, c.lane desc, c.seq desc limit 1) c on true
    where p.queue = any (queues);
end $$;

-- Sends a JSON document, from psql, a trigger or another language. Its signature never changes.
-- parameters: queue, payload, headers, delay
-- answer:     the message's id
create or replace function queue_send(queue text, payload text, headers jsonb default null, delay interval default null)
returns uuid
language plpgsql
set search_path from current
as $$
declare
  sent uuid := gen_random_uuid();
begin
  perform payload::json;
  if delay is null then
    insert into queue_message (queue, message_id, payload, headers)
      values (queue_send.queue, sent, queue_send.payload, queue_send.headers);
  else
    insert into queue_scheduled (due, queue, message_id, payload, headers)
      values (clock_timestamp() + greatest(delay, interval '0'), queue_send.queue, sent, queue_send.payload, queue_send.headers);
  end if;
  return sent;
end $$;

create or replace function queue_send(queue text, payload jsonb, headers jsonb default null, delay interval default null)
returns uuid
language sql
set search_path from current
as $$
  select queue_send(queue, payload::text, headers, delay)
$$;

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
  values (1, cluster, (select d.oid from pg_database d where d.datname = current_database()))
  on conflict (one) do update set version = greatest(queue_meta.version, excluded.version);
end $$;
