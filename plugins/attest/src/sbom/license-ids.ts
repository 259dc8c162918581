// Identifiers of the SPDX License List that packages of distributions declare. It need not be complete: what is not here is stated in the words of the
// package. A test compares it with the published list.

export const licenseIds: ReadonlySet<string> = new Set(
  `0BSD AFL-2.1 AFL-3.0 AGPL-3.0 AGPL-3.0-only AGPL-3.0-or-later APSL-2.0 Apache-1.0 Apache-1.1 Apache-2.0 Artistic-1.0 Artistic-1.0-Perl Artistic-2.0
  BSD-1-Clause BSD-2-Clause BSD-2-Clause-FreeBSD BSD-2-Clause-Patent BSD-2-Clause-Views BSD-3-Clause BSD-3-Clause-Clear BSD-3-Clause-LBNL BSD-4-Clause
  BSD-4-Clause-UC BSD-Source-Code BSL-1.0 Beerware BitTorrent-1.1 Bitstream-Vera BlueOak-1.0.0 CC-BY-3.0 CC-BY-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CC0-1.0
  CDDL-1.0 CDDL-1.1 CNRI-Python CPL-1.0 Cronyx DOC ECL-2.0 EFL-2.0 EPL-1.0 EPL-2.0 EUPL-1.1 EUPL-1.2 FSFAP FSFUL FSFULLR FSFULLRWD FTL GFDL-1.1 GFDL-1.1-only
  GFDL-1.1-or-later GFDL-1.2 GFDL-1.2-only GFDL-1.2-or-later GFDL-1.3 GFDL-1.3-only GFDL-1.3-or-later GPL-1.0 GPL-1.0-only GPL-1.0-or-later GPL-2.0
  GPL-2.0-only GPL-2.0-or-later GPL-3.0 GPL-3.0-only GPL-3.0-or-later HPND HPND-sell-variant ICU IJG IPL-1.0 ISC ImageMagick Info-ZIP Intel JSON JasPer-2.0
  LGPL-2.0 LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1 LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0 LGPL-3.0-only LGPL-3.0-or-later LPPL-1.3c Latex2e Libpng MIT
  MIT-0 MIT-CMU MIT-feh MIT-open-group MPL-1.0 MPL-1.1 MPL-2.0 MS-PL MirOS NAIST-2003 NCSA NTP Net-SNMP OFL-1.0 OFL-1.1 OGL-UK-3.0 OLDAP-2.8 OSL-3.0 OpenSSL
  PHP-3.01 PSF-2.0 Plexus PostgreSQL Python-2.0 Python-2.0.1 QPL-1.0 RSA-MD Ruby SGI-B-2.0 SISSL SMLNJ SSH-OpenSSH SSH-short Sendmail Sleepycat Spencer-86
  Spencer-94 Spencer-99 TCL TCP-wrappers TMate UPL-1.0 Unicode-3.0 Unicode-DFS-2015 Unicode-DFS-2016 Unlicense Vim W3C WTFPL X11 Xfig Xnet ZPL-2.1 Zend-2.0
  Zlib bcrypt-Solar-Designer blessing bzip2-1.0.6 curl dtoa gnuplot libpng-2.0 libtiff mpich2 zlib-acknowledgement`.split(/\s+/),
);

export const licenseExceptions: ReadonlySet<string> = new Set(
  `Autoconf-exception-2.0 Autoconf-exception-3.0 Autoconf-exception-generic Bison-exception-2.2 Bootloader-exception Classpath-exception-2.0
  Font-exception-2.0 GCC-exception-2.0 GCC-exception-3.1 GNU-compiler-exception GPL-3.0-linking-exception GStreamer-exception-2008 LGPL-3.0-linking-exception
  LLVM-exception Libtool-exception OCaml-LGPL-linking-exception OpenJDK-assembly-exception-1.0 PCRE2-exception Qt-GPL-exception-1.0 Qt-LGPL-exception-1.1
  SANE-exception Swift-exception Texinfo-exception Universal-FOSS-exception-1.0 WxWindows-exception-3.1 cryptsetup-OpenSSL-exception
  openvpn-openssl-exception u-boot-exception-2.0 vsftpd-openssl-exception`.split(/\s+/),
);
