-- Ends sessions of this role that are stuck in sending the answer of a claim. Their consumers have given up waiting by
-- then, or are frozen, and what such a session has locked nobody else can claim.
-- parameters: three beginnings of calls, for how many seconds they run
-- answer:     pid, application, address
with hung as materialized (
  select a.pid, a.application_name, host(a.client_addr) as address
    from pg_stat_activity a
   where a.datname = current_database() and a.usename = current_user and a.state = 'active'
     and a.wait_event_type = 'Client' and a.wait_event = 'ClientWrite'
     and (position(?::text in a.query) > 0 or position(?::text in a.query) > 0 or position(?::text in a.query) > 0)
     and a.query_start < clock_timestamp() - ? * interval '1 second'),
ended as materialized (
  select h.*, pg_terminate_backend(h.pid) as gone from hung h)
select e.pid, e.application_name, e.address from ended e where e.gone
