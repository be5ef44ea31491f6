-- Names the commands that the user may not run with the keys of a queue.
-- KEYS: 1 stream, 2 consumers, which stands for all keys beside the stream
-- ARGV: 1 the set of the names of queues, which is elsewhere in a cluster, 2 '1' if replicas confirm sends
-- Returns: { name, ... }, empty if the server can't tell, as before 7.0
local stream, side, names = KEYS[1], KEYS[2], ARGV[1]
local needed = {
  { 'ping' }, { 'time' }, { 'eval', '', '1', stream }, { 'evalsha', '', '1', stream },
  { 'sadd', names, 'q' }, { 'smembers', names },
  { 'type', stream }, { 'exists', stream }, { 'del', side }, { 'unlink', side },
  { 'persist', side }, { 'pexpire', side, '1' },
  { 'hget', side, 'f' }, { 'hset', side, 'f', 'v' }, { 'hsetnx', side, 'f', 'v' }, { 'hdel', side, 'f' },
  { 'hexists', side, 'f' }, { 'hgetall', side }, { 'hkeys', side }, { 'hincrby', side, 'f', '1' },
  { 'zadd', side, '1', 'm' }, { 'zcard', side }, { 'zrange', side, '0', '0' },
  { 'zrangebyscore', side, '0', '1' }, { 'zrem', side, 'm' }, { 'zscore', side, 'm' },
  { 'xadd', stream, '*', 'f', 'v' }, { 'xlen', stream }, { 'xrange', stream, '-', '+' },
  { 'xtrim', stream, 'minid', '0' }, { 'xdel', stream, '0-1' },
  { 'xread', 'streams', stream, '$' }, { 'xreadgroup', 'group', 'g', 'c', 'streams', stream, '>' },
  { 'xack', stream, 'g', '0-1' },
  { 'xclaim', stream, 'g', 'c', '0', '0-1' }, { 'xpending', stream, 'g' },
  { 'xgroup', 'create', stream, 'g', '0' }, { 'xgroup', 'destroy', stream, 'g' },
  { 'xgroup', 'setid', stream, 'g', '0' }, { 'xgroup', 'createconsumer', stream, 'g', 'c' },
  { 'xgroup', 'delconsumer', stream, 'g', 'c' },
  { 'xinfo', 'stream', stream }, { 'xinfo', 'groups', stream }, { 'xinfo', 'consumers', stream, 'g' },
}
if ARGV[2] == '1' then
  needed[#needed + 1] = { 'wait', '1', '1' }
end

local missing = {}
if redis.acl_check_cmd then
  for _, command in ipairs(needed) do
    local known, allowed = pcall(redis.acl_check_cmd, unpack(command))
    if known and not allowed then
      local container = command[1] == 'xgroup' or command[1] == 'xinfo'
      missing[#missing + 1] = container and command[1] .. '|' .. command[2] or command[1]
    end
  end
end
return missing
