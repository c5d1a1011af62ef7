package script

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/connspec/connspec/spec"
)

// select and epoll: how they are written.

// The sets of select by the events of poll that stand for them here.
var selectSets = [...]spec.PollEvents{spec.PollIn, spec.PollOut, spec.PollPri}

// readSelect reads "4, [3], NULL, NULL, {tv_sec=0, tv_usec=0}".
func (p *parser) readSelect(e *Event) {
	start := p.pos
	nfds := p.number(0, FDsMax, "one more than the highest descriptor")
	for _, set := range selectSets {
		if p.comma() && !p.takeWord("NULL") {
			p.selectSet(&e.Call, set)
		}
	}
	if p.comma() {
		e.Call.Timeout = -1
		if !p.takeWord("NULL") {
			e.Call.Timeout = p.timeval()
		}
	}
	if want := selectCount(e.Call.Poll); p.err == nil && int32(nfds) != want {
		p.failf(start, "as many as the highest descriptor asks for", "a count of %d for select, where the sets need %d", nfds, want)
	}
}

// selectSet reads one set of descriptors.
func (p *parser) selectSet(c *spec.Call, set spec.PollEvents) {
	p.expect("[")
	for p.err == nil && !p.at("]") {
		fd := int32(p.number(0, FDsMax, "a descriptor"))
		i := slices.IndexFunc(c.Poll, func(f spec.PollFD) bool { return f.FD >= fd })
		switch {
		case i < 0:
			c.Poll = append(c.Poll, spec.PollFD{FD: fd, Events: set})
		case c.Poll[i].FD == fd:
			c.Poll[i].Events |= set
		default:
			c.Poll = slices.Insert(c.Poll, i, spec.PollFD{FD: fd, Events: set})
		}
	}
	p.expect("]")
}

// selectCount is the first argument of select.
func selectCount(fds []spec.PollFD) (n int32) {
	for i := range fds {
		n = max(n, fds[i].FD+1)
	}
	return n
}

func appendSelectArgs(b []byte, c *spec.Call) []byte {
	b = appendInt(b, selectCount(c.Poll))
	for _, set := range selectSets {
		b = append(b, ", "...)
		if !slices.ContainsFunc(c.Poll, func(f spec.PollFD) bool { return f.Events&set != 0 }) {
			b = append(b, "NULL"...)
			continue
		}
		b = appendSelectSet(b, c.Poll, func(f *spec.PollFD) bool { return f.Events&set != 0 })
	}
	b = append(b, ", "...)
	if c.Timeout < 0 {
		return append(b, "NULL"...)
	}
	return appendTimeval(b, c.Timeout)
}

func appendSelectSet(b []byte, fds []spec.PollFD, in func(*spec.PollFD) bool) []byte {
	b = append(b, '[')
	first := true
	for i := range fds {
		if !in(&fds[i]) {
			continue
		}
		if !first {
			b = append(b, ' ')
		}
		first = false
		b = appendInt(b, fds[i].FD)
	}
	return append(b, ']')
}

// readSelected reads what strace puts behind the result of select: "(in [3],
// out [3 4], left {…})".
func (p *parser) readSelected(w *Want) {
	var c spec.Call
	for p.err == nil {
		switch {
		case p.takeWord("in"):
			p.selectSet(&c, spec.PollIn)
		case p.takeWord("out"):
			p.selectSet(&c, spec.PollOut)
		case p.takeWord("exceptions"), p.takeWord("except"):
			p.selectSet(&c, spec.PollPri)
		case p.takeWord("left"):
			p.timeval()
		default:
			p.unexpected("in, out or except and a set of descriptors")
		}
		if !p.take(",") {
			break
		}
	}
	for i := range c.Poll {
		c.Poll[i].Revents, c.Poll[i].Events = c.Poll[i].Events, 0
	}
	w.HasOut, w.Result.Poll = true, c.Poll
}

func appendSelected(b []byte, fds []spec.PollFD) []byte {
	first := true
	for i, set := range selectSets {
		if !slices.ContainsFunc(fds, func(f spec.PollFD) bool { return f.Revents&set != 0 }) {
			continue
		}
		if !first {
			b = append(b, ", "...)
		}
		first = false
		b = append(b, [...]string{"in ", "out ", "except "}[i]...)
		b = appendSelectSet(b, fds, func(f *spec.PollFD) bool { return f.Revents&set != 0 })
	}
	return b
}

func (p *parser) readEpollCreate(e *Event) {
	if p.takeWord("EPOLL_CLOEXEC") {
		return
	}
	p.number(0, 0, "EPOLL_CLOEXEC or 0")
}

// readEpollCtl reads "4, EPOLL_CTL_ADD, 3, {events=EPOLLIN|EPOLLET, data=…}".
func (p *parser) readEpollCtl(e *Event) {
	p.readDescriptor(e)
	if p.comma() {
		p.skip()
		start := p.pos
		w := p.word()
		for _, cmd := range [...]spec.EpollCmd{spec.EpollAdd, spec.EpollDel, spec.EpollMod} {
			if cmd.String() == w {
				e.Call.EpollCmd = cmd
			}
		}
		if e.Call.EpollCmd == 0 {
			p.pos = start
			p.unexpected("EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL")
		}
	}
	var f spec.PollFD
	if p.comma() {
		f.FD = p.int32("a descriptor")
	}
	if p.comma() && !p.takeWord("NULL") {
		start := p.pos
		events, flags, fd := p.epollEvent()
		if fd != f.FD {
			p.outside(start, "data other than the descriptor")
		}
		f.Events, e.Call.EpollFlags = events, flags
	}
	e.Call.Poll = []spec.PollFD{f}
}

// epollEvent reads a struct epoll_event, whose data is the descriptor.
func (p *parser) epollEvent() (events spec.PollEvents, flags spec.EpollFlags, fd int32) {
	p.expect("{")
	p.field("events", "events")
	events, flags = p.epollEvents()
	p.expect(",")
	p.field("data", "data")
	if p.take("{") {
		p.field("u32", "fd")
		fd = p.int32("a descriptor")
		if p.take(",") {
			p.field("u64", "u64")
			p.number(math.MinInt64, math.MaxInt64, "a descriptor")
		}
		p.expect("}")
	} else {
		fd = p.int32("a descriptor")
	}
	p.expect("}")
	return events, flags, fd
}

func (p *parser) epollEvents() (events spec.PollEvents, flags spec.EpollFlags) {
	if p.atNumber() {
		p.number(0, 0, "events such as EPOLLIN|EPOLLOUT, or 0")
		return 0, 0
	}
	for {
		p.skip()
		start := p.pos
		w := p.word()
		bit, ok := spec.ParsePollEvents(strings.TrimPrefix(w, "E"))
		switch {
		case w == "EPOLLET":
			flags |= spec.EpollET
		case w == "EPOLLONESHOT":
			flags |= spec.EpollOneshot
		case ok && strings.HasPrefix(w, "EPOLL"):
			events |= bit
		case strings.HasPrefix(w, "EPOLL"):
			p.outside(start, "the event %s", w)
		default:
			p.pos = start
			p.unexpected("events such as EPOLLIN|EPOLLOUT")
		}
		if p.err != nil || !p.take("|") {
			return events, flags
		}
	}
}

func appendEpollEvents(b []byte, e spec.PollEvents, flags spec.EpollFlags) []byte {
	start := len(b)
	add := func(name string) {
		if len(b) > start {
			b = append(b, '|')
		}
		b = append(append(b, 'E'), name...)
	}
	if e != 0 {
		for name := range strings.SplitSeq(e.String(), "|") {
			add(name)
		}
	}
	if flags&spec.EpollET != 0 {
		add("POLLET")
	}
	if flags&spec.EpollOneshot != 0 {
		add("POLLONESHOT")
	}
	if len(b) == start {
		b = append(b, '0')
	}
	return b
}

func appendEpollEvent(b []byte, e spec.PollEvents, flags spec.EpollFlags, fd int32) []byte {
	b = append(b, "{events="...)
	b = appendEpollEvents(b, e, flags)
	b = append(b, ", data={u32="...)
	b = strconv.AppendUint(b, uint64(uint32(fd)), 10)
	b = append(b, ", u64="...)
	b = strconv.AppendUint(b, uint64(uint32(fd)), 10)
	return append(b, "}}"...)
}

func appendEpollCtlArgs(b []byte, c *spec.Call) []byte {
	b = append(b, ", "...)
	b = append(b, c.EpollCmd.String()...)
	var f spec.PollFD
	if len(c.Poll) > 0 {
		f = c.Poll[0]
	}
	b = appendIntArg(b, f.FD)
	if c.EpollCmd == spec.EpollDel {
		return append(b, ", NULL"...)
	}
	return appendEpollEvent(append(b, ", "...), f.Events, c.EpollFlags, f.FD)
}

// readEpollWait reads "4, [{events=…, data=…}], 8, 0".
func (p *parser) readEpollWait(e *Event) {
	p.readDescriptor(e)
	if p.comma() && !p.take("...") {
		p.expect("[")
		var seen []spec.PollFD
		for p.err == nil && !p.at("]") {
			if len(seen) > 0 {
				p.expect(",")
			}
			events, _, fd := p.epollEvent()
			seen = append(seen, spec.PollFD{FD: fd, Revents: events})
		}
		p.expect("]")
		slices.SortFunc(seen, byDescriptor)
		e.Want.HasOut, e.Want.Result.Poll = true, seen
	}
	if p.comma() {
		e.Call.Max = p.int32("how many events there is room for")
	}
	if p.comma() {
		e.Call.Timeout = p.int32("a timeout in milliseconds")
	}
}

func byDescriptor(a, b spec.PollFD) int { return int(a.FD) - int(b.FD) }

func appendEpollWaitArgs(b []byte, c *spec.Call, w *Want) []byte {
	b = append(b, ", "...)
	if w == nil || !w.HasOut {
		b = append(b, "..."...)
	} else {
		b = append(b, '[')
		for i, f := range w.Result.Poll {
			if i > 0 {
				b = append(b, ", "...)
			}
			b = appendEpollEvent(b, f.Revents, 0, f.FD)
		}
		b = append(b, ']')
	}
	return appendIntArg(appendIntArg(b, c.Max), c.Timeout)
}
