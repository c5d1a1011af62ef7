package spec

// EpollCmd is the command argument of epoll_ctl(2).
type EpollCmd uint8

const (
	EpollAdd EpollCmd = iota + 1
	EpollDel
	EpollMod
)

func (c EpollCmd) String() string {
	switch c {
	case EpollAdd:
		return "EPOLL_CTL_ADD"
	case EpollDel:
		return "EPOLL_CTL_DEL"
	case EpollMod:
		return "EPOLL_CTL_MOD"
	}
	return "EPOLL_CTL_?"
}

// EpollFlags are the flags among the events that epoll_ctl(2) takes. The
// events themselves are those of poll(2).
type EpollFlags uint8

const (
	EpollET      EpollFlags = 1 << iota // report changes, not states
	EpollOneshot                        // report once
)
