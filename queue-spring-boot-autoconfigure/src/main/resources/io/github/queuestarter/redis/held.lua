-- Lists what a consumer has held for some time.
-- KEYS: 1 stream
-- ARGV: 1 group, 2 consumer, 3 how long at least (ms), 4 where to start, 5 how many at most
-- Returns: { { entry id, how many times it was delivered }, ... }; fails if there is no such group
local held = {}
if redis.call('exists', KEYS[1]) == 1 then
  for _, entry in ipairs(redis.call('xpending', KEYS[1], ARGV[1], 'idle', ARGV[3], ARGV[4], '+', ARGV[5], ARGV[2])) do
    held[#held + 1] = { entry[1], entry[4] }
  end
end
return held
