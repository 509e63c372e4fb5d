# Tries one way out of a guest, as root there. Ends with 0 when what it sent came back, or (raw) was sent.
#   probe.pl tcp|udp HOST PORT TEXT
#   probe.pl hold-tcp|hold-udp HOST PORT TEXT          opens one connection and sends for 40 s
#   probe.pl tell HOST PORT TEXT FILE                   says for ever what is in the file, each time from a new port
#   probe.pl raw ETHERTYPE DESTINATION-MAC SOURCE-MAC PAYLOAD-HEX TEXT
#   probe.pl ip SOURCE DESTINATION PORT SOURCE-MAC GATEWAY-MAC TEXT   a whole UDP packet as a raw frame
#   probe.pl dhcp NAME                                  asks for an address in the name of NAME
#   probe.pl each                                       tries each line of its input, "NAME KIND ...", all at once, and
#                                                       prints the names of those that ended with 0
use strict;
use Socket;

my ($kind, @rest) = @ARGV;
my %tries;
my $is_try = $kind ne 'each';
while (!$is_try and my $line = <STDIN>) {
	(my $name, $kind, @rest) = split ' ', $line;
	my $child = fork // exit 2;
	$is_try = $child == 0;
	$tries{$child} = $name;
}
if (!$is_try) {
	while ((my $child = wait) > 0) {
		print "$tries{$child}\n" if $? == 0;
	}
	exit 0;
}
$SIG{ALRM} = sub { exit 1 };
alarm($kind =~ /^hold/ ? 40 : 8) unless $kind eq 'tell';

sub connected {
	my ($type, $host, $port) = @_;
	socket(my $socket, PF_INET, $type, 0) or exit 2;
	connect($socket, sockaddr_in($port, inet_aton($host))) or exit 1;
	return $socket;
}

sub frame {
	my ($type, $to, $from, $payload) = @_;
	open(my $index, '<', '/sys/class/net/eth0/ifindex') or exit 2;
	my $eth0 = <$index>;
	socket(my $socket, 17, 3, 0x0300) or exit 2;
	my ($to_mac, $from_mac) = map { pack('H12', join '', split /:/, $_) } $to, $from;
	my $bytes = $to_mac . $from_mac . pack('n', $type) . $payload;
	$bytes .= "\0" x (60 - length $bytes) if length $bytes < 60;
	send($socket, $bytes, 0, pack('S n i S C C a8', 17, $type, $eth0, 0, 0, 6, $to_mac)) or exit 1;
}

sub checksum {
	my $sum = 0;
	$sum += $_ for unpack 'n*', shift;
	$sum = ($sum & 0xffff) + ($sum >> 16) for 1, 2;
	return ~$sum & 0xffff;
}

if ($kind eq 'tcp' or $kind eq 'udp') {
	my ($host, $port, $text) = @rest;
	my $socket = connected($kind eq 'tcp' ? SOCK_STREAM : SOCK_DGRAM, $host, $port);
	syswrite($socket, "$text\n") or exit 1;
	sysread($socket, my $answer, 500) or exit 1;
	exit(index($answer, $text) >= 0 ? 0 : 1);
} elsif ($kind =~ /^hold-(tcp|udp)$/) {
	my ($host, $port, $text) = @rest;
	my $socket = connected($1 eq 'tcp' ? SOCK_STREAM : SOCK_DGRAM, $host, $port);
	$SIG{PIPE} = 'IGNORE';
	while (1) {
		syswrite($socket, "$text\n");
		select(undef, undef, undef, 0.5);
	}
} elsif ($kind eq 'tell') {
	my ($host, $port, $text, $known) = @rest;
	while (1) {
		select(undef, undef, undef, 0.5);
		open(my $file, '<', $known) or next;
		chomp(my $told = <$file> // '');
		socket(my $socket, PF_INET, SOCK_DGRAM, 0) or next;
		connect($socket, sockaddr_in($port, inet_aton($host))) or next;
		syswrite($socket, "$text-$told\n");
	}
} elsif ($kind eq 'raw') {
	my ($type, $to, $from, $hex, $text) = @rest;
	frame(hex $type, $to, $from, pack('H*', $hex) . $text);
} elsif ($kind eq 'ip') {
	my ($source, $destination, $port, $from, $gateway, $text) = @rest;
	my $udp = pack('n4', 40000, $port, 8 + length($text) + 1, 0) . "$text\n";
	my $head = sub {
		pack('C2 n3 C2 n a4 a4', 0x45, 0, 20 + length $udp, 1, 0, 64, 17, shift, inet_aton($source), inet_aton($destination));
	};
	frame(0x0800, $gateway, $from, $head->(checksum($head->(0))) . $udp);
} elsif ($kind eq 'dhcp') {
	my ($name) = @rest;
	open(my $address, '<', '/sys/class/net/eth0/address') or exit 2;
	chomp(my $mac = <$address>);
	my $hardware = pack('H12', join '', split /:/, $mac);
	my $options = pack('N', 0x63825363) . pack('C3', 53, 1, 3) . pack('C2', 12, length $name) . $name . pack('C', 255);
	my $message = pack('C4 N n2 a4 a4 a4 a4 a16 x192', 1, 1, 6, 0, 77, 0, 0x8000, '', '', '', '', $hardware) . $options;
	my $udp = pack('n4', 68, 67, 8 + length $message, 0) . $message;
	my $head = sub {
		pack('C2 n3 C2 n a4 a4', 0x45, 0, 20 + length $udp, 1, 0, 64, 17, shift, "\0\0\0\0", "\xff\xff\xff\xff");
	};
	frame(0x0800, 'ff:ff:ff:ff:ff:ff', $mac, $head->(checksum($head->(0))) . $udp);
} else {
	exit 2;
}
