-- Pauses a group, or lets it go on.
-- KEYS: 1 stream, 2 groups
-- ARGV: 1 group, 2 '1' to pause, '0' to go on
-- Returns: { 1 if there is such a group, else 0 }
if not group_of(KEYS[1], ARGV[1]) then
  return { 0 }
end
if ARGV[2] == '1' then
  redis.call('hset', KEYS[2], 'paused:' .. ARGV[1], '1')
else
  redis.call('hdel', KEYS[2], 'paused:' .. ARGV[1])
end
return { 1 }
