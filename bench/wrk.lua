-- Sends whole HTTP requests of one size from a file, one after the other, and checks every answer.
-- Arguments: file, size of a request, index of the first, the body each answer must have.
-- Prints one line of JSON at the end.

-- Globals, since done() reads them from the thread.
taken = 0
bad = 0
ran_out = 0
first_bad = ''

local file, size, expected, startedAt, theThread

function setup(thread)
  theThread = thread
  startedAt = os.clock()
end

function init(args)
  file = assert(io.open(args[1], 'rb'))
  file:setvbuf('full', 1048576)
  size = tonumber(args[2])
  file:seek('set', size * tonumber(args[3]))
  expected = args[4]
end

function request()
  local bytes = file:read(size)
  if bytes == nil then
    ran_out = 1
    file:seek('set', 0)
    bytes = file:read(size)
  end
  taken = taken + 1
  return bytes
end

function response(status, headers, body)
  if status ~= 200 or body ~= expected then
    bad = bad + 1
    if bad == 1 then
      first_bad = (status .. ' ' .. string.sub(body, 1, 200)):gsub('[%c"\\]', "'")
    end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  -- os.clock() is the CPU time of the process, all threads together.
  io.write(string.format(
    '\n{"requests":%d,"durationUs":%d,"cpuUs":%d,"p50Us":%d,"p99Us":%d,"taken":%d,"bad":%d,"ranOut":%d,"errors":%d,"timeouts":%d,"firstBad":"%s"}\n',
    summary.requests, summary.duration, (os.clock() - startedAt) * 1e6,
    latency:percentile(50), latency:percentile(99),
    theThread:get('taken'), theThread:get('bad'), theThread:get('ran_out'),
    errors.connect + errors.read + errors.write, errors.timeout, theThread:get('first_bad')
  ))
end
