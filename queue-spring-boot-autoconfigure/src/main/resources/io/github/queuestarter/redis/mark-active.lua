-- Notes that groups are read. Several instances that read as a group write once a minute together.
-- KEYS: 1 groups
-- ARGV: names of groups
-- Returns: {}
local groups, now = KEYS[1], now_millis()
-- A write that is allowed at maxmemory, see keep_registrations
redis.call('persist', groups)
for _, group in ipairs(ARGV) do
  local last = redis.call('hget', groups, 'active:' .. group)
  if redis.call('hexists', groups, 'application:' .. group) == 1 and (not last or now - tonumber(last) >= 50000) then
    redis.call('hset', groups, 'active:' .. group, text_of(now))
  end
end
return {}
