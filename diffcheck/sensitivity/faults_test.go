package sensitivity

// fault is one line of impl changed. Old must stand in File exactly once, so a
// fault whose line was rewritten fails the test instead of planting nothing.
type fault struct {
	name     string
	file     string // from the root of the repository
	old, new string
}

var faults = []fault{
	{
		"a connect while connecting says EISCONN, not EALREADY",
		"impl/sock/connect_stream.go",
		"if a.nonblock {\n\t\treturn fails(spec.EALREADY)",
		"if a.nonblock {\n\t\treturn fails(spec.EISCONN)",
	}, {
		"a refused socket is left unusable",
		"impl/sock/connect_stream.go",
		"e := s.takeError()\n\ts.phase = phaseUnconnected",
		"e := s.takeError()\n\ts.phase = phaseConnected",
	}, {
		"a RST that acknowledges something else than the SYN is accepted",
		"impl/tcp/synsent.go",
		"if !seqGT(a.ack, c.iss) || seqGT(a.ack, c.sndNxt) ||",
		"if flags&wire.RST == 0 && (!seqGT(a.ack, c.iss) || seqGT(a.ack, c.sndNxt)) ||",
	}, {
		"a failed datagram connect forgets the old peer",
		"impl/sock/connect_dgram.go",
		"if e := l.p.Route[why]; e != spec.ENONE {\n",
		"if e := l.p.Route[why]; e != spec.ENONE {\n\t\tl.dissociate(s)\n",
	}, {
		"an error that was taken by SO_ERROR is reported as ECONNREFUSED",
		"impl/sock/connect_stream.go",
		"e = spec.ECONNABORTED",
		"e = spec.ECONNREFUSED",
	}, {
		"the first connect after an asynchronous success does not say 0",
		"impl/sock/connect_stream.go",
		"s.phase = phaseConnected\n\t\treturn spec.Result{}\n",
		"s.phase = phaseConnected\n\t\treturn spec.Fail(spec.EISCONN)\n",
	}, {
		"a broadcast peer needs no SO_BROADCAST",
		"impl/sock/connect_dgram.go",
		"path.Kind == ip.Broadcast && !s.broadcast &&",
		"path.Kind == ip.Multicast && !s.broadcast &&",
	}, {
		"AF_UNSPEC gives up a port that bind named",
		"impl/sock/connect_dgram.go",
		"if !l.p.ZeroSource && !s.portLocked {",
		"if !l.p.ZeroSource {",
	}, {
		"an ICMP message counts whatever sequence number it quotes",
		"impl/sock/icmp.go",
		"if !c.tcp.Quotes(seq) {",
		"if !c.tcp.Quotes(seq) && seq == 0 {",
	}, {
		"a SYN|ACK with a wrong acknowledgement draws no RST",
		"impl/tcp/synsent.go",
		"c.resetFor(a)\n\tif c.cfg.ResendSynAfter",
		"if c.cfg.ResendSynAfter",
	}, {
		"poll on a socket that was never connected does not hang up",
		"impl/personality/linux.go",
		"FreshPoll:         spec.PollOut | spec.PollHup,",
		"FreshPoll:         spec.PollOut,",
	}, {
		"an address length of 15 will do",
		"impl/sock/address.go",
		"if n < spec.SizeofSockaddrIn || l.p.ExactLength",
		"if n < spec.SizeofSockaddrIn-1 || l.p.ExactLength",
	},
}
