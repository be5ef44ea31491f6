-- Removes a group with everything of it but its dead letters.
-- KEYS: 1 consumers, 2 stream, 3 groups, 4 retry, 5 attempts, 6 stream of replayed messages, 7 its retry, 8 its attempts
-- ARGV: 1 group, 2 milliseconds for which nobody must have read as it
-- Returns: { 'removed', 'active' (somebody has, or holds a message of it) or 'unknown' (no such group) }
local consumers, stream, groups, retry, attempts, replayed, replayed_retry, replayed_attempts = unpack(KEYS)
local group = ARGV[1]
expect(consumers, 'hash')
expect(groups, 'hash')
if not group_of(stream, group) then
  return { 'unknown' }
end
local idle = idle_of(stream, groups, group, now_millis())
if not idle or idle < tonumber(ARGV[2]) then
  return { 'active' }
end
for _, log in ipairs({ stream, replayed }) do
  if group_of(log, group) then
    for _, flat in ipairs(redis.call('xinfo', 'consumers', log, group)) do
      local consumer = map_of(flat)
      if consumer['pending'] > 0 and redis.call('hexists', consumers, consumer['name']) == 1 then
        return { 'active' }
      end
    end
  end
end
redis.call('xgroup', 'destroy', stream, group)
redis.call('unlink', retry, attempts, replayed, replayed_retry, replayed_attempts)
redis.call('hdel', groups, 'created:' .. group, 'low:' .. group, 'lost:' .. group, 'paused:' .. group,
  'application:' .. group, 'active:' .. group, 'rewound:' .. group)
return { 'removed' }
