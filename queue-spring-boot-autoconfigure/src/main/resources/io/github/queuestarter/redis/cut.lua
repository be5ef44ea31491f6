-- Cuts a stream to its greatest length, whatever its groups have finished.
-- KEYS: 1 stream, 2 groups
-- ARGV: 1 greatest length, 2 '=' or '~', 3 how many to remove at most
-- Returns: { how many were removed }
local stream, groups = KEYS[1], KEYS[2]
local length = math.max(tonumber(ARGV[1]), redis.call('xlen', stream) - tonumber(ARGV[3]))
local removed = redis.call('xtrim', stream, 'maxlen', ARGV[2], text_of(length))
if removed > 0 then
  -- From now on the lag that the server tells is too high, for good
  redis.call('hset', groups, 'unread-removed', '1')
end
return { removed }
