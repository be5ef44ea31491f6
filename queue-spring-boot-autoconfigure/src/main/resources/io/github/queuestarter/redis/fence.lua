-- Removes the registration of a consumer whose heartbeat counter has not moved.
-- KEYS: 1 consumers
-- ARGV: 1 ttl of registrations (ms), 2 own consumer, 3 silent consumer, 4 its counter
-- Returns: { 1 if it was removed, else 0 }
keep_registrations(KEYS[1], ARGV[1])
if redis.call('hexists', KEYS[1], ARGV[2]) == 0 then
  return { 0 }
end
-- Who can't beat can't fence
redis.call('hincrby', KEYS[1], ARGV[2], 1)
if redis.call('hget', KEYS[1], ARGV[3]) ~= ARGV[4] then
  return { 0 }
end
return { redis.call('hdel', KEYS[1], ARGV[3]) }
