package model

import "github.com/connspec/connspec/spec"

// Landlock: a thread of Linux denies itself, and the threads that it starts,
// some of what it may do (landlock(7)). It asks before the protocol does
// (security_socket_connect), so that its errors hide those of the socket's
// state. Rulesets have no rules here: what they handle is denied.

const linuxLandlock = "Linux 6.18, current_check_access_socket"

// domain is what Landlock denies the thread that makes the call.
func (m *move) domain() spec.LandlockAccess {
	if m.w.Domains != [ThreadsMax]spec.LandlockAccess{} {
		for i := range m.w.Threads {
			if m.t == &m.w.Threads[i] {
				return m.w.Domains[i]
			}
		}
	}
	return 0
}

func (m *move) restrict(rights spec.LandlockAccess) {
	for i := range m.w.Threads {
		if m.t == &m.w.Threads[i] {
			m.w.Domains[i] |= rights
		}
	}
}

// denies: Landlock denies the right to the thread.
func denies(a spec.LandlockAccess) func(*move) bool {
	return func(m *move) bool { return m.domain()&a != 0 }
}

// deniesConnect: a send that connects (MSG_FASTOPEN) is not asked about.
func deniesConnect(m *move) bool {
	return m.c.Op == spec.OpConnect && denies(spec.LandlockConnectTCP)(m)
}

// takenIn: the address is one that the kernel could copy, and has a family.
func takenIn(m *move) bool {
	return !badPointer(m) && m.c.To.Len >= 2 && m.c.To.Len <= 128
}

// ofInternet: the address has a family that Landlock knows ports of.
func ofInternet(m *move) bool { return m.c.To.Family == spec.AFInet || m.c.To.Family == spec.AFInet6 }

// otherForm: it is shorter than its family has it, or of the other family.
func otherForm(m *move) bool {
	least := int32(spec.SizeofSockaddrIn)
	if m.c.To.Family == spec.AFInet6 {
		least = spec.SizeofSockaddrIn6Short
	}
	return m.c.To.Len < least || m.c.To.Family != m.s.Family
}

var landlockRules = []Rule{
	{Name: "landlock_create_ruleset/elsewhere", Class: Succeed, on: on(spec.OpLandlockCreate), For: forElsewhere,
		Title: "Landlock is Linux's, and elsewhere not modelled.", then: leaves(LeftCall)},
	{Name: "landlock_create_ruleset/ok", Class: Succeed, on: on(spec.OpLandlockCreate), For: forLinux, Evidence: "landlock_create_ruleset(2)",
		Title: "A ruleset is a descriptor of a file that is no socket.", then: func(m *move) {
			m.ret(m.install(FileRuleset + File(m.c.Value)))
		}},
	{Name: "landlock_restrict_self/elsewhere", Class: Succeed, on: on(spec.OpLandlockRestrict), For: forElsewhere,
		Title: "Landlock is Linux's, and elsewhere not modelled.", then: leaves(LeftCall)},
	{Name: "landlock_restrict_self/EBADF", Class: Shall, on: on(spec.OpLandlockRestrict), For: forLinux, Evidence: "landlock_restrict_self(2)",
		Title: "A number that is no descriptor fails.", when: badFD, then: fails(spec.EBADF)},
	{Name: "landlock_restrict_self/left-out", Class: Succeed, on: on(spec.OpLandlockRestrict), For: forLinux,
		Title: "What is no ruleset, and a second domain that keeps names apart, is not modelled.",
		when: func(m *move) bool {
			if m.file < FileRuleset || m.file > FileRuleset+spec.LandlockAll {
				return true
			}
			return spec.LandlockAccess(m.file-FileRuleset)&spec.LandlockScopeAbstract != 0 && m.w.scoped()
		}, then: leaves(LeftCall)},
	{Name: "landlock_restrict_self/ok", Class: Succeed, on: on(spec.OpLandlockRestrict), For: forLinux, Evidence: "landlock_restrict_self(2)",
		Title: "The thread is denied what the ruleset handles, for good.", then: func(m *move) {
			m.restrict(spec.LandlockAccess(m.file - FileRuleset))
			m.ret(0)
		}},

	{Name: "connect/linux/landlock/EINVAL", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: linuxLandlock,
		Title: "Where Landlock denies connect, an address that is too short for its family, or of the other one, fails before anything else.",
		of:    streams, needs: confined, when: all(deniesConnect, takenIn, ofInternet, otherForm), then: fails(spec.EINVAL)},
	{Name: "connect/linux/landlock/EACCES", Class: Shall, on: on(spec.OpConnect), For: forLinux, Evidence: linuxLandlock, Cites: cites("linux/errors/EACCES-firewall"),
		Title: "Landlock denies connect in whatever state the socket is, but not AF_UNSPEC.",
		of:    streams, needs: confined, when: all(deniesConnect, takenIn, ofInternet), then: fails(spec.EACCES)},
	{Name: "bind/linux/landlock/EINVAL", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: linuxLandlock,
		Title: "Where Landlock denies bind, an address that is too short for its family, or of the other one, fails before anything else.",
		of:    streams, needs: confined, when: all(denies(spec.LandlockBindTCP), takenIn, ofInternet, otherForm), then: fails(spec.EINVAL)},
	{Name: "bind/linux/landlock/left-out", Class: Succeed, on: on(spec.OpBind), For: forLinux,
		Title: "bind to AF_UNSPEC where Landlock denies it is not modelled.",
		of:    streams, needs: confined, when: all(denies(spec.LandlockBindTCP), takenIn, unspec), then: leaves(LeftAddress)},
	{Name: "bind/linux/landlock/EACCES", Class: Shall, on: on(spec.OpBind), For: forLinux, Evidence: linuxLandlock,
		Title: "Landlock denies bind in whatever state the socket is.",
		of:    streams, needs: confined, when: all(denies(spec.LandlockBindTCP), takenIn, ofInternet), then: fails(spec.EACCES)},
}

// scoped says whether some thread is kept from the abstract names of others.
func (w *World) scoped() bool {
	for _, d := range w.Domains {
		if d&spec.LandlockScopeAbstract != 0 {
			return true
		}
	}
	return false
}

// keptOff: Landlock keeps the thread from the socket behind the name, which
// was made outside its domain and has an abstract name. A peer stays one.
func keptOff(m *move) bool {
	o := m.other()
	return denies(spec.LandlockScopeAbstract)(m) && o != nil && o.Name != NameNone && o.Node == 0 && !o.has(Homemade) && m.s.Peer != m.far()
}
