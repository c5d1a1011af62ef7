package sock

import (
	"github.com/connspec/connspec/impl/personality"
	"github.com/connspec/connspec/spec"
)

// fileKind says what an open file is that is no socket.
type fileKind uint8

const (
	fileNull  fileKind = iota // /dev/null; a socket too, which file.sock tells
	filePath                  // of O_PATH: to most calls no descriptor at all
	fileEvent                 // eventfd, whose count stays 0: nobody can write
	filePipeIn
	filePipeOut
	fileEpoll
)

// otherFile makes a file that is no socket.
func (l *Layer) otherFile(k fileKind) int32 {
	n := l.newFile(0, false)
	l.files.at(n).kind = k
	return n
}

// openFile is open("/dev/null").
func (l *Layer) openFile(c *spec.Call) spec.Result {
	if c.Arg&spec.OPath != 0 && l.p.Has&personality.LinuxFiles != 0 {
		return l.install(l.otherFile(filePath))
	}
	return l.install(l.otherFile(fileNull))
}

func (l *Layer) eventfd() spec.Result {
	if l.p.Has&personality.LinuxFiles == 0 {
		return spec.Fail(spec.ENOSYS)
	}
	return l.install(l.otherFile(fileEvent))
}

// pipe is pipe2(2): its reading end first.
func (l *Layer) pipe() spec.Result {
	in, out := l.otherFile(filePipeIn), l.otherFile(filePipeOut)
	l.files.at(in).own, l.files.at(out).own = out, in
	first := l.install(in)
	if first.Failed() {
		l.drop(out)
		return first
	}
	second := l.install(out)
	if second.Failed() {
		l.closeFD(first.Ret)
		return second
	}
	return spec.Result{Pair: [2]int32{first.Ret, second.Ret}}
}

// closeOther is the last close of a file that is no socket. The other end of a
// pipe hears of it (pipe_release).
func (l *Layer) closeOther(f *file) {
	switch f.kind {
	case fileEpoll:
		l.closeEpoll(f.own)
	case filePipeIn, filePipeOut:
		if f.own != 0 {
			l.files.at(f.own).own = 0
			l.poke(f.own, 0)
			l.pollsDue = true
		}
	}
}

// readinessOther is what poll tells of a file that is no socket (pipe_poll,
// eventfd_poll, ep_eventpoll_poll).
func (l *Layer) readinessOther(f *file) (ev spec.PollEvents) {
	switch f.kind {
	case fileEvent:
		return spec.PollOut
	case filePipeIn:
		if f.own == 0 {
			return spec.PollHup
		}
		return 0
	case filePipeOut:
		if f.own == 0 {
			return spec.PollOut | spec.PollErr
		}
		return spec.PollOut
	case fileEpoll:
		if l.anyReady(f.own) {
			return spec.PollIn
		}
		return 0
	}
	return spec.PollIn | spec.PollOut
}

// accessMode is what F_GETFL tells of a file beside its flags.
func (f *file) accessMode() int32 {
	const oWronly = 1
	switch f.kind {
	case filePath, filePipeIn:
		return 0
	case filePipeOut:
		return oWronly
	}
	return spec.ORdwr
}
