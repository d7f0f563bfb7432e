/** The app the access token belongs to. */
export const APP = {
  id: '670843887433847',
  name: 'Cloud API simulator',
  link: 'https://www.facebook.com/games/?app_id=670843887433847',
};
