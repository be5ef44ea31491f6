-- Tells whether a queue holds messages and has no group.
-- KEYS: 1 stream
-- Returns: { 1 if so, else 0 }
if redis.call('type', KEYS[1]).ok ~= 'stream' or redis.call('xlen', KEYS[1]) == 0 then
  return { 0 }
end
return { #groups_of(KEYS[1]) == 0 and 1 or 0 }
