package sock

import (
	"encoding/binary"

	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/spec"
)

// epoll(7) of Linux. An instance watches entries, each a file by the descriptor
// that it was added by, and keeps a list of those that something happened to
// since epoll_wait looked: what an entry shows is asked only then.

// watchesMax bounds the entries of all instances (fs.epoll.max_user_watches).
const watchesMax = 1 << 20

// nestsMax bounds how deep instances may watch each other (EP_MAX_NESTS).
const nestsMax = 4

// epoll is one instance.
type epoll struct {
	file  int32
	items int32 // first entry
	ready waitList
}

// interest is one entry of an instance.
type interest struct {
	epoll, file, fd int32
	events          spec.PollEvents
	flags           spec.EpollFlags
	spent           bool // EPOLLONESHOT, and it has reported
	listed          bool // in epoll.ready

	nextOfFile           int32
	nextOfEpoll          int32
	nextReady, prevReady int32
}

// always are the events that nobody need ask for.
const always = spec.PollErr | spec.PollHup

// arrived is what the arrival of data, or of a connection, wakes for
// (sock_def_readable).
const arrived = spec.PollIn | spec.PollPri

func (l *Layer) epollCreate() spec.Result {
	if l.p.Has&personality.LinuxFiles == 0 {
		return spec.Fail(spec.ENOSYS)
	}
	n := l.otherFile(fileEpoll)
	i, ep := l.epolls.take()
	*ep = epoll{file: n}
	l.files.at(n).own = i
	return l.install(n)
}

// epollCtl is epoll_ctl(2), in the order of do_epoll_ctl.
func (l *Layer) epollCtl(c *spec.Call) spec.Result {
	if l.p.Has&personality.LinuxFiles == 0 || len(c.Poll) != 1 {
		return spec.Fail(spec.ENOSYS)
	}
	entry := &c.Poll[0]
	n, target := l.fileOf(c.FD), l.fileOf(entry.FD)
	if n == 0 || target == 0 {
		return spec.Fail(spec.EBADF)
	}
	f, t := l.files.at(n), l.files.at(target)
	switch {
	case t.sock == 0 && t.kind == fileNull: // file_can_poll
		return spec.Fail(spec.EPERM)
	case n == target, f.sock != 0, f.kind != fileEpoll:
		return spec.Fail(spec.EINVAL)
	case c.EpollCmd == spec.EpollAdd && t.kind == fileEpoll && l.loops(f, t):
		return spec.Fail(spec.ELOOP)
	}
	k := l.interestIn(f.own, target, entry.FD)
	switch {
	case c.EpollCmd == spec.EpollAdd && k != 0:
		return spec.Fail(spec.EEXIST)
	case c.EpollCmd != spec.EpollAdd && k == 0:
		return spec.Fail(spec.ENOENT)
	case c.EpollCmd == spec.EpollDel:
		l.unwatch(k)
		return spec.Result{}
	case c.EpollCmd == spec.EpollAdd:
		if k = l.watch(f.own, target, entry.FD); k == 0 {
			return spec.Fail(spec.ENOSPC)
		}
	}
	it := l.interests.at(k)
	it.events, it.flags, it.spent = entry.Events, c.EpollFlags, false
	if l.shows(it) != 0 {
		l.list(k)
	}
	return spec.Result{}
}

// interestIn is the entry of an instance for a file by this descriptor, or 0.
func (l *Layer) interestIn(ep, n, fd int32) int32 {
	for k := l.files.at(n).watch; k != 0; k = l.interests.at(k).nextOfFile {
		if it := l.interests.at(k); it.epoll == ep && it.fd == fd {
			return k
		}
	}
	return 0
}

// watch adds an entry, unless there are too many.
func (l *Layer) watch(ep, n, fd int32) int32 {
	if l.interests.live-len(l.interests.free) > watchesMax {
		return 0
	}
	k, it := l.interests.take()
	e, f := l.epolls.at(ep), l.files.at(n)
	*it = interest{epoll: ep, file: n, fd: fd, nextOfFile: f.watch, nextOfEpoll: e.items}
	f.watch, e.items = k, k
	return k
}

// unwatch takes an entry out.
func (l *Layer) unwatch(k int32) {
	it := l.interests.at(k)
	l.unlist(k)
	at := &l.files.at(it.file).watch
	for *at != k {
		at = &l.interests.at(*at).nextOfFile
	}
	*at = it.nextOfFile
	at = &l.epolls.at(it.epoll).items
	for *at != k {
		at = &l.interests.at(*at).nextOfEpoll
	}
	*at = it.nextOfEpoll
	*it = interest{}
	l.interests.give(k)
}

// unwatchFile follows the last close of a file: what watches it goes with it,
// whichever descriptor it was added by (eventpoll_release).
func (l *Layer) unwatchFile(n int32) {
	for l.files.at(n).watch != 0 {
		l.unwatch(l.files.at(n).watch)
	}
}

func (l *Layer) closeEpoll(i int32) {
	ep := l.epolls.at(i)
	for ep.items != 0 {
		l.unwatch(ep.items)
	}
	*ep = epoll{}
	l.epolls.give(i)
}

// loops says whether target, an instance too, may not be watched by f: it watches
// f itself, or the chain would be too long (ep_loop_check).
func (l *Layer) loops(f, target *file) bool {
	down, meets := l.depthBelow(target.own, f.own, nestsMax)
	return meets || down+1+l.depthAbove(f, nestsMax) > nestsMax
}

// depthBelow is how many instances deep i watches others, up to bound, and
// whether other is among them.
func (l *Layer) depthBelow(i, other int32, bound int) (depth int, meets bool) {
	for k := l.epolls.at(i).items; k != 0 && bound > 0; k = l.interests.at(k).nextOfEpoll {
		f := l.files.at(l.interests.at(k).file)
		if f.kind != fileEpoll {
			continue
		}
		d, m := l.depthBelow(f.own, other, bound-1)
		depth, meets = max(depth, d+1), meets || m || f.own == other
	}
	return depth, meets
}

// depthAbove is how many instances deep others watch f, up to bound.
func (l *Layer) depthAbove(f *file, bound int) (depth int) {
	for k := f.watch; k != 0 && bound > 0; k = l.interests.at(k).nextOfFile {
		above := l.files.at(l.epolls.at(l.interests.at(k).epoll).file)
		depth = max(depth, l.depthAbove(above, bound-1)+1)
	}
	return depth
}

// epollWait is epoll_wait(2).
func (l *Layer) epollWait(thread int, c *spec.Call) (spec.Result, bool) {
	if l.p.Has&personality.LinuxFiles == 0 {
		return spec.Fail(spec.ENOSYS), true
	}
	n := l.fileOf(c.FD)
	if n == 0 {
		return spec.Fail(spec.EBADF), true
	}
	if f := l.files.at(n); c.Max <= 0 || f.sock != 0 || f.kind != fileEpoll {
		return spec.Fail(spec.EINVAL), true
	}
	if r := l.report(l.files.at(n).own, c.Max, c.Poll); r.Ret > 0 || c.Timeout == 0 {
		return r, true
	}
	l.pollFiles = append(l.pollFiles[:0], n)
	l.waitForMany(thread, c)
	return spec.Result{}, false
}

// appendEpolls appends the instances and their entries to b.
func (l *Layer) appendEpolls(b []byte) []byte {
	le := binary.LittleEndian
	for i := 1; i < l.epolls.live; i++ {
		ep := l.epolls.at(int32(i))
		for _, v := range [...]int32{ep.file, ep.items, ep.ready.first, ep.ready.last} {
			b = le.AppendUint32(b, uint32(v))
		}
	}
	for i := 1; i < l.interests.live; i++ {
		it := l.interests.at(int32(i))
		b = append(b, byte(it.events), byte(it.flags), bit(it.spent)|bit(it.listed)<<1)
		for _, v := range [...]int32{it.epoll, it.file, it.fd, it.nextOfFile, it.nextOfEpoll, it.nextReady} {
			b = le.AppendUint32(b, uint32(v))
		}
	}
	return b
}
