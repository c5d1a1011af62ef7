package model

import "github.com/connspec/connspec/spec"

// SO_PASSCRED and SO_PASSPIDFD ask for the credentials of whoever sends, who
// must be known by a name: Linux gives the socket an abstract one before it
// looks for the peer (unix_may_passcred, unix_autobind).

// takesName: the call names its socket first, whatever becomes of it then.
func (m *move) takesName() bool {
	s := m.s
	if s == nil || !s.has(PassCred|PassPidfd) || s.Name != NameNone {
		return false
	}
	switch m.c.Op {
	case spec.OpConnect:
		return !badPointer(m) && !badUnix(m)
	case spec.OpSend, spec.OpSendto:
		switch {
		case s.Kind == KindUnixSeqpacket:
			return s.TCP == Established && s.Err == spec.ENONE
		case s.Kind != KindUnixDgram:
			return false
		case m.addressed():
			return !badPointer(m) && !badUnix(m)
		}
		return true
	}
	return false
}

const linuxPassing = "Linux 6.18, sk_setsockopt (sk_may_scm_recv)"

var credentialRules = passing(passing(nil, spec.SoPasscred, PassCred, "SO_PASSCRED"), spec.SoPasspidfd, PassPidfd, "SO_PASSPIDFD")

// passing adds the rules of an option that asks for credentials.
func passing(table []Rule, o spec.SockOption, f Flags, name string) []Rule {
	is := sockopt(o)
	return append(table,
		Rule{Name: "setsockopt/" + name + "/EOPNOTSUPP", Class: Shall, on: on(spec.OpSetsockopt), For: forLinux, Evidence: linuxPassing,
			Title: "Only AF_UNIX sockets have " + name + ".", when: all(is, isSocket), then: fails(spec.EOPNOTSUPP)},
		Rule{Name: "getsockopt/" + name + "/EOPNOTSUPP", Class: Shall, on: on(spec.OpGetsockopt), For: forLinux, Evidence: linuxPassing,
			Title: "Only AF_UNIX sockets have " + name + " to read.", when: all(is, isSocket), then: fails(spec.EOPNOTSUPP)},
		onCall(spec.OpSetsockopt, Rule{Name: "/" + name, Class: Succeed, For: forLinux, Evidence: "unix(7)",
			Title: name + " asks for the credentials of senders.", when: is, then: sets(f)})[0],
		onCall(spec.OpGetsockopt, Rule{Name: "/" + name, Class: Succeed, For: forLinux, Evidence: "unix(7)",
			Title: name + " can be read back.", when: is, then: func(m *move) { m.boolean(m.s.has(f)) }})[0],
	)
}
