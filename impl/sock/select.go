package sock

import (
	"math/bits"

	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/spec"
)

// What select takes for readable and for writable among the events of poll
// (POLLIN_SET and POLLOUT_SET of Linux's fs/select.c).
const (
	selectIn  = spec.PollIn | spec.PollHup | spec.PollErr
	selectOut = spec.PollOut | spec.PollErr
)

// selects is select(2): its three sets are PollIn, PollOut and PollPri of the
// entries.
func (l *Layer) selects(thread int, c *spec.Call) (spec.Result, bool) {
	l.pollFiles = l.pollFiles[:0]
	for i := range c.Poll {
		f := l.fileOf(c.Poll[i].FD)
		if f == 0 {
			return spec.Fail(spec.EBADF), true
		}
		l.pollFiles = append(l.pollFiles, f)
	}
	if n := l.selectOnce(c.Poll, l.pollFiles); n > 0 || c.Timeout == 0 {
		return spec.Result{Ret: n, Poll: c.Poll}, true
	}
	l.waitForMany(thread, c)
	return spec.Result{}, false
}

// selectOnce fills in the sets and counts what is in them: a descriptor once
// for every set.
func (l *Layer) selectOnce(entries []spec.PollFD, files []int32) int32 {
	n := 0
	for i := range entries {
		e := &entries[i]
		e.Revents = l.inSets(l.files.at(files[i])) & e.Events
		n += bits.OnesCount16(uint16(e.Revents))
	}
	return int32(n)
}

// inSets says which sets a file would be found in. BSD's select asks the buffers
// of a socket (soo_select), Linux's its poll.
func (l *Layer) inSets(f *file) (sets spec.PollEvents) {
	if f.sock != 0 && l.p.Poll != personality.PollStates {
		return l.sopoll(l.socks.at(f.sock)) & (spec.PollIn | spec.PollOut)
	}
	ev := l.readiness(f, spec.PollIn|spec.PollOut|spec.PollPri|spec.PollRdhup)
	if ev&selectIn != 0 {
		sets |= spec.PollIn
	}
	if ev&selectOut != 0 {
		sets |= spec.PollOut
	}
	return sets | ev&spec.PollPri
}
