import { isObject } from '../../checks.ts';
import { componentOf, type TemplateButton, type TemplateComponent } from '../template.ts';
import { checkLabel } from './button-rules.ts';
import { missingField, refused, wrongButtons } from './refusals.ts';

const IN_IT = ['BODY', 'FOOTER', 'BUTTONS'];
const OTP_TYPES = ['COPY_CODE', 'ONE_TAP', 'ZERO_TAP'];

interface OtpButton extends TemplateButton {
  otp_type?: string;
  supported_apps?: object[];
  package_name?: unknown;
  signature_hash?: unknown;
  zero_tap_terms_accepted?: unknown;
}

/** Meta writes the texts itself; the business chooses what is said beside the code, and the button. */
export function checkAuthentication(components: TemplateComponent[]): void {
  const stranger = components.find(({ type }) => !IN_IT.includes(type));
  if (stranger) throw wrong(`An AUTHENTICATION template has no component of type ${stranger.type}.`);
  const [body, footer, buttons] = IN_IT.map((type) => componentOf(components, type));
  if (!body) throw missingField('BODY', 'the component itself');
  if (body.text !== undefined || footer?.text !== undefined) {
    throw wrong('The texts of an AUTHENTICATION template are fixed: leave out text.');
  }
  const minutes = footer?.code_expiration_minutes;
  if (footer && !(Number(minutes) >= 1 && Number(minutes) <= 90)) {
    throw wrong('The FOOTER needs code_expiration_minutes, from 1 to 90.');
  }
  checkOtpButton(buttons?.buttons);
}

function checkOtpButton(buttons: OtpButton[] = []): void {
  const [button, another] = buttons;
  if (button?.type !== 'OTP' || another) throw wrongButtons('An AUTHENTICATION template has one button, of type OTP.');
  const { otp_type: kind = '', text } = button;
  if (!OTP_TYPES.includes(kind)) throw wrongButtons(`otp_type must be one of ${OTP_TYPES.join(', ')}.`);
  if (text !== undefined) checkLabel(button);
  if (kind !== 'COPY_CODE' && !hasApp(button)) throw missingField('OTP', 'supported_apps');
  if (kind === 'ZERO_TAP' && button.zero_tap_terms_accepted !== true) {
    throw missingField('OTP', 'zero_tap_terms_accepted');
  }
}

function hasApp({ supported_apps, package_name, signature_hash }: OtpButton): boolean {
  const apps: object[] = supported_apps ?? [{ package_name, signature_hash }];
  return (
    apps.length > 0 &&
    apps.every((app) => isObject(app) && typeof app.package_name === 'string' && typeof app.signature_hash === 'string')
  );
}

/** As the template is listed once Meta has put its own texts in. */
export function withFixedTexts(components: TemplateComponent[]): TemplateComponent[] {
  return components.map((component) => {
    const { add_security_recommendation: isAdvised, code_expiration_minutes: minutes } = component;
    switch (component.type) {
      case 'BODY': {
        const advice = isAdvised === true ? ' For your security, do not share this code.' : '';
        return { ...component, text: `*{{1}}* is your verification code.${advice}` };
      }
      case 'FOOTER':
        return { ...component, text: `This code expires in ${String(minutes)} minutes.` };
      default:
        return { ...component, buttons: component.buttons?.map(asUrlButton) };
    }
  });
}

/** The code is copied by a URL of Meta's: that is why a send fills it as one. */
function asUrlButton(button: OtpButton): TemplateButton {
  const url = `https://www.whatsapp.com/otp/code/?otp_type=${button.otp_type}&code=otp`;
  return { type: 'URL', text: button.text ?? 'Copy code', url: `${url}{{1}}`, example: [`${url}123456`] };
}

function wrong(message: string): ReturnType<typeof refused> {
  return refused('Invalid authentication template', message);
}
