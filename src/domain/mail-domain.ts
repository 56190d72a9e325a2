/** Domains of e-mail addresses: whose mail they carry. */

/** Where anybody can have an address: such a domain says nothing about who somebody is. */
const PUBLIC: ReadonlySet<string> = new Set(
  `gmail.com googlemail.com outlook.com outlook.de hotmail.com hotmail.co.uk hotmail.fr hotmail.de live.com live.co.uk
  msn.com yahoo.com yahoo.co.uk yahoo.co.in yahoo.fr yahoo.de yahoo.es yahoo.it yahoo.ca ymail.com rocketmail.com
  icloud.com me.com mac.com aol.com proton.me protonmail.com pm.me gmx.de gmx.net gmx.com gmx.at gmx.ch web.de
  t-online.de freenet.de mail.com mail.ru yandex.ru yandex.com qq.com 163.com 126.com zoho.com fastmail.com hey.com
  tutanota.com tuta.io posteo.de mailbox.org orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it
  bluewin.ch telenet.be skynet.be ziggo.nl kpnmail.nl btinternet.com sky.com talktalk.net comcast.net verizon.net
  att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net shaw.ca rogers.com bigpond.com optusnet.com.au
  naver.com daum.net hanmail.net rediffmail.com uol.com.br bol.com.br terra.com.br wp.pl o2.pl onet.pl interia.pl
  seznam.cz abv.bg ukr.net`.split(/\s+/),
);

/** The domain of a folded address. */
export function domainOf(key: string): string {
  return key.slice(key.lastIndexOf('@') + 1);
}

/** Whether anybody can have an address there. */
export function isPublicMailDomain(domain: string): boolean {
  return PUBLIC.has(domain);
}
