-- Tells for how long nobody has read as a group. For one of which nothing is known the time starts now.
-- KEYS: 1 stream, 2 groups
-- ARGV: 1 group
-- Returns: { milliseconds, or -1 if there is no such group }
local stream, groups, group = KEYS[1], KEYS[2], ARGV[1]
if not group_of(stream, group) then
  return { -1 }
end
local idle = idle_of(stream, groups, group, now_millis())
if not idle then
  -- A write that is allowed at maxmemory, see keep_registrations
  redis.call('persist', groups)
  redis.call('hsetnx', groups, 'active:' .. group, text_of(now_millis()))
end
return { idle or 0 }
